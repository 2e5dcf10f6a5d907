"""`python -m tests.fuzz [MINUTES]`: rubbish for every reader in turn, until stopped; what breaks one is kept as a case."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

CASES = Path(__file__).parent / "cases"
SECONDS = 5.0
"""One input may cost so much processor time; more is a finding, too."""
ROUND = settings(
    max_examples=200,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


class TooSlowError(Exception):
    """A reader took too long for so little."""


@dataclass(slots=True)
class Run:
    """What was done so far, and what broke."""

    until: float
    begun: float = field(default_factory=time.monotonic)
    inputs: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    last: bytes = b""

    def show(self, target: Target) -> None:
        seconds = int(time.monotonic() - self.begun)
        speed = self.inputs / max(seconds, 1)
        line = f"{seconds // 60:3}:{seconds % 60:02}  {self.inputs:>9} inputs  {speed:5.0f}/s  {len(self.broken)} broken  {target.name}"
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)


def main(minutes: float) -> int:
    """0 when nothing broke."""
    run = Run(until=time.monotonic() + minutes * 60)
    with _stoppable():
        while time.monotonic() < run.until:
            for target in TARGETS:
                _round(run, target)
                run.show(target)
    print(file=sys.stderr)
    for name, error in run.broken.items():
        print(f"{name}: {error}")
    return bool(run.broken)


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        return


def _round(run: Run, target: Target) -> None:
    @seed(random.getrandbits(64))
    @ROUND
    @given(data=st.data())
    def once(data: st.DataObject) -> None:
        run.last = data.draw(target.input)
        run.inputs += 1
        begun = time.process_time()
        target.check(run.last)
        if time.process_time() - begun > SECONDS:
            raise TooSlowError

    try:
        once()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        _keep(run, target, error)


def _keep(run: Run, target: Target, error: Exception) -> None:
    """The last input that broke it is the smallest that Hypothesis found."""
    name = f"{target.name}-{hashlib.sha256(run.last).hexdigest()[:12]}"
    (CASES / name).write_bytes(run.last)
    run.broken[name] = f"{type(error).__name__}: {str(error)[:200]}".replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else float("inf")))
