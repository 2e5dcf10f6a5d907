"""The scoreboard says what was recorded, once for each group."""

from __future__ import annotations

import pytest

from tests import scoreboard


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's own scores are out of the way meanwhile."""
    monkeypatch.setattr(scoreboard, "_scores", {})


def test_without_scores_nothing_is_said() -> None:
    assert scoreboard.lines() == []


def test_a_group_has_one_line_with_its_last_score() -> None:
    scoreboard.record("machine", 7, 10)
    scoreboard.record("attack: crafted", 2, 3)
    scoreboard.record("machine", 8, 10)
    assert [line.split() for line in scoreboard.lines()] == [
        ["attack:", "crafted", "2", "/", "3"],
        ["machine", "8", "/", "10"],
    ]
