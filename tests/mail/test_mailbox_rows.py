"""What a mailbox's row says of itself: where it is, and that a long turn goes on."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from helpdesk.celery import _look_at_all_mailboxes
from tests.mail.letters import mail
from tickets.actions.look_now import look_now
from tickets.mail.fetch import emptying
from tickets.mail.fetch.mailboxes import fetch_all
from tickets.mail.keep import keep_mail
from tickets.models import Mailbox

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "folder", "place"),
    [
        (1, "Reports", "mail.example.org:Reports"),
        (2, "", "/var/mail/in box"),
        (2, "Reports", "Reports"),
        (1, "", ""),
        (4, "Reports", "Reports"),
        (0, "Reports", "Reports"),
    ],
)
def test_a_mailbox_says_where_it_is_and_not_who_signs_in(
    settings: LazySettings, number: int, folder: str, place: str
) -> None:
    settings.MAIL_IN = [
        "imaps://clara%40here.example:canary@mail.example.org:1993/Reports?after=leave",
        "maildir:///var/mail/in%20box?first=speak",
    ]
    assert Mailbox(number=number, folder=folder).place == place


def test_a_long_first_turn_says_each_minute_that_it_goes_on(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_IN = [f"maildir://{tmp_path / 'in'}"]
    box, seen = mailbox.Maildir(tmp_path / "in"), []
    for _ in range(10):
        box.add(mail())
    with time_machine.travel(NOON, tick=False) as clock:

        def slow(*given: object, **options: object) -> object:
            row = Mailbox.objects.get()
            seen.append((row.tried, row.succeeded, row.is_unread(datetime.now(UTC))))
            clock.shift(timedelta(seconds=40))
            return keep_mail(*given, **options)  # type: ignore[arg-type]  # as it was called

        monkeypatch.setattr(emptying, "keep_mail", slow)
        fetch_all()
    assert seen[0] == (NOON, None, False)
    assert seen[2][:2] == (NOON + timedelta(seconds=80), NOON + timedelta(seconds=80))
    assert not any(is_unread for _, _, is_unread in seen)
    assert Mailbox.objects.get().imported


def test_one_whose_first_turn_hangs_is_not_being_read() -> None:
    row = Mailbox(tried=NOON)
    assert not row.is_unread(NOON)
    assert row.is_unread(NOON + timedelta(minutes=5))
    assert Mailbox(tried=NOON, failures=1).is_unread(NOON)


def test_all_are_looked_at_when_somebody_asks_or_the_worker_starts() -> None:
    for name, pause in (("a", NOON), ("b", NOON), ("c", None)):
        Mailbox.objects.create(name=name, number=1, not_before=pause)
    assert look_now() == 2
    Mailbox.objects.update(not_before=NOON)
    _look_at_all_mailboxes()
    assert not Mailbox.objects.filter(not_before__isnull=False).exists()
