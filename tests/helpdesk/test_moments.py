"""How far away a moment is, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from helpdesk.templatetags.moments import distance

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=5), "1 min ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=-3), "in 3 d"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_a_moment_was_or_will_be(away: timedelta, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert distance(NOW - away) == words
