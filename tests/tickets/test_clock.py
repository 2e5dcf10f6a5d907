"""A clock that jumps has nothing forgotten."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from crypto.vault import epoch_keys
from tickets import clock, retention, tasks
from tickets.clock import may_be_believed

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = 60 * 60


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process began an hour ago."""
    _began(monkeypatch, hours=1)


def _began(monkeypatch: pytest.MonkeyPatch, *, hours: int) -> None:
    monkeypatch.setattr(clock, "_began_at", NOW.timestamp() - hours * HOUR)
    monkeypatch.setattr(clock, "_began", time.clock_gettime(time.CLOCK_BOOTTIME) - hours * HOUR)


@pytest.mark.parametrize(("days", "expected"), [(0, True), (1, True), (2, False), (365, False), (-1, False)])
def test_it_is_believed_when_the_last_key_is_of_today_or_yesterday(
    running: None, days: int, expected: bool
) -> None:
    epoch_keys().create((NOW - timedelta(days=days)).date())
    assert may_be_believed(NOW) == expected


def test_after_a_pause_it_is_believed_when_a_day_has_passed_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    epoch_keys().create((NOW - timedelta(days=5)).date())
    _began(monkeypatch, hours=25)
    assert may_be_believed(NOW)


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(days=2), timedelta(days=365)])
def test_a_jump_under_us_is_seen(running: None, jump: timedelta) -> None:
    epoch_keys().create((NOW + jump).date())
    assert not may_be_believed(NOW + jump)


def test_a_desk_without_keys_has_nothing_to_forget(running: None, settings: object, tmp_path: object) -> None:
    settings.KEYS_DIR = f"{tmp_path}/none"  # type: ignore[attr-defined]  # pytest-django's
    assert may_be_believed(NOW)


def test_nothing_is_forgotten_and_no_key_destroyed_while_it_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[object] = []
    monkeypatch.setattr(retention, "purge", done.append)
    monkeypatch.setattr(retention, "rotate_epoch_keys", done.append)
    monkeypatch.setattr(tasks, "may_be_believed", lambda now: False)
    tasks.purge()
    tasks.rotate_epoch_keys()
    assert done == []
    assert caplog.text.count("the clock") == 2
