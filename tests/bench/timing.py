"""Measuring: medians of interleaved runs, and rows of a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path


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


def proportional_memory(pid: int) -> float:
    """Proportional set size of a process and all below it, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _own_memory(pid) + sum(proportional_memory(int(child)) for child in children)


def _own_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
