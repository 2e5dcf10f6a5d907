"""How much of the code the tests ran, and whether that is enough: `python -m tests.floors`, after the tests."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FLOORS = {"": 95.0, "crypto/": 100.0, "tickets/access.py": 100.0, "tickets/mail/": 100.0}


@dataclass(frozen=True, slots=True)
class Counted:
    """Lines and branches of some files: those there are, and those that were run."""

    there: int = 0
    run: int = 0

    @property
    def percent(self) -> float:
        """Of what is there; rounded down, so that 100 means all."""
        return int(1000 * self.run / self.there) / 10 if self.there else 100.0

    def plus(self, summary: dict[str, int]) -> Counted:
        """With another file's numbers."""
        return Counted(
            self.there + summary["num_statements"] + summary.get("num_branches", 0),
            self.run + summary["covered_lines"] + summary.get("covered_branches", 0),
        )


def main() -> int:
    """Print the table; 1 when a floor is not reached."""
    files = _measured()
    failed = False
    print(f"\n{'coverage':24} {'is':>6} {'floor':>6}")
    for prefix, floor in FLOORS.items():
        found = _sum(summary for path, summary in files.items() if path.startswith(prefix))
        # Nothing there is no hundred per cent: a file was renamed, and its floor with it.
        below = not found.there or found.percent < floor
        failed |= below
        print(f"{prefix or 'everything':24} {found.percent:6.1f} {floor:6.1f} {'  BELOW' if below else ''}")
        if below and prefix:
            _name_the_gaps(files, prefix)
    return int(failed)


def _measured() -> dict[str, dict[str, int]]:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", report], check=True)
        found = json.loads(report.read_text())
    return {path: file["summary"] for path, file in found["files"].items()}


def _sum(summaries: Iterable[dict[str, int]]) -> Counted:
    total = Counted()
    for summary in summaries:
        total = total.plus(summary)
    return total


def _name_the_gaps(files: dict[str, dict[str, int]], prefix: str) -> None:
    for path, summary in sorted(files.items()):
        one = Counted().plus(summary)
        if path.startswith(prefix) and one.percent < 100:
            print(f"    {path:50} {one.percent:6.1f}  ({one.there - one.run} lines or branches not run)")


if __name__ == "__main__":
    sys.exit(main())
