"""How far away a moment is, in words, and how languages are named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from helpdesk.templatetags.moments import distance, language_name

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


@pytest.mark.parametrize("code", settings.TICKET_LANGUAGES)
def test_every_language_of_tickets_has_a_name(code: str) -> None:
    assert language_name(code) != code


def test_an_unknown_language_is_named_by_its_code() -> None:
    assert language_name("tlh") == "tlh"
