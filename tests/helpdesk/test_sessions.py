"""How long somebody stays signed in: half an hour of doing nothing, a working day at most."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.lib.sessions import BEGAN, SEEN
from helpdesk.models import User
from tests.conftest import PASSWORD
from tests.desk.rows import browser_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(alice: User, clock: time_machine.Traveller) -> Client:
    """Alice has signed in at noon."""
    return browser_of(alice)


def _is_in(browser: Client) -> bool:
    return bool(browser.get(reverse("preferences")).status_code == 200)


def test_who_does_nothing_for_half_an_hour_is_signed_out(
    browser: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(30 * MINUTE - timedelta(seconds=1))
    assert _is_in(browser)
    clock.shift(30 * MINUTE)
    assert not _is_in(browser)
    assert not Session.objects.exists()


def test_nobody_stays_longer_than_eight_hours(browser: Client, clock: time_machine.Traveller) -> None:
    for _ in range(8 * 6 - 1):
        clock.shift(10 * MINUTE)
        assert _is_in(browser)
    clock.shift(10 * MINUTE)
    assert not _is_in(browser)


def test_a_new_sign_in_begins_anew(alice: User, clock: time_machine.Traveller) -> None:
    browser = Client()
    for _ in range(2):
        browser.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        assert _is_in(browser)
        clock.shift(timedelta(hours=9))
        assert not _is_in(browser)


def test_the_session_is_written_once_a_minute_at_most(browser: Client, clock: time_machine.Traveller) -> None:
    written = []
    for _ in range(4):
        clock.shift(MINUTE / 3)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("preferences"))
        written.append(any(query["sql"].startswith('UPDATE "django_session"') for query in asked))
    assert written == [False, False, True, False]


def test_a_session_from_before_has_its_time_from_now(browser: Client, clock: time_machine.Traveller) -> None:
    session = browser.session
    for name in (BEGAN, SEEN):
        del session[name]
    session.save()
    clock.shift(2 * timedelta(hours=1))
    assert _is_in(browser)
    clock.shift(30 * MINUTE)
    assert not _is_in(browser)


def test_what_was_written_in_the_meantime_is_given_back(
    browser: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(31 * MINUTE)
    for quietly in ({"quietly": "1"}, {}):
        words = {"text": "Dear <Kim>,", "way": "waits", **quietly}
        answer = browser.post(reverse("answer", args=[uuid.uuid4()]), words)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "and nothing was sent or kept. Copy what you wrote" in page
        assert "readonly>Dear &lt;Kim&gt;,</textarea>" in page
    assert not _is_in(browser)


def test_a_stranger_is_given_nothing_back(client: Client, db: None) -> None:
    answer = client.post(reverse("answer", args=[uuid.uuid4()]), {"text": "Dear Kim,"})
    assert answer.status_code == 302
