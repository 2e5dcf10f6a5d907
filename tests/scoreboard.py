"""What share of each corpus comes out right: tests record it by group, and the end of the run prints it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """How many mails of a group came out as they should."""

    group: str
    right: int
    total: int

    def __str__(self) -> str:
        return f"{self.group:<32} {self.right:>4} / {self.total}"


_scores: dict[str, Score] = {}


def record(group: str, right: int, total: int) -> None:
    """Have the group's score printed at the end of the run. The floor is the test's own matter."""
    _scores[group] = Score(group, right, total)


def lines() -> list[str]:
    """One line a group, in the order of their names; nothing when no test recorded any."""
    return [str(score) for _, score in sorted(_scores.items())]
