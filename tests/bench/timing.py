"""Measuring: medians of interleaved runs, and rows of a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def interleaved(rounds: int, **things: Callable[[], object]) -> dict[str, float]:
    """Median milliseconds of each thing, run in turns so that a busy moment of the machine hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(rounds):
        for name, thing in things.items():
            started = time.perf_counter()
            thing()
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def row(name: str, *values: str) -> None:
    """One line of the table, at once: long work shows progress."""
    print(f"  {name:<44}" + "".join(f"{value:>16}" for value in values), flush=True)


def title(text: str) -> None:
    """A heading."""
    print(f"\n{text}", flush=True)
