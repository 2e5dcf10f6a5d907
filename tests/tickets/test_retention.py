"""What the purge takes, and what it leaves."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as desk_settings
from django.contrib.sessions.models import Session
from django.db import connection

from crypto.models import PublicKey
from crypto.vault import blob_store
from tests.tickets.cases import NOW, first_message, know_key, opened
from tickets import retention
from tickets.actions import forget
from tickets.mail.keep import Origin, keep_mail
from tickets.models import Ciphertext, Incoming, Queue, Ticket, Tombstone
from tickets.retention import ORPHAN_SECONDS, forgotten_at, purge, remove_orphans

KEPT = timedelta(days=90)
A_SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """As if by kill -9."""


@pytest.fixture(autouse=True)
def _ninety_days(db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a test's transaction SQLite cannot empty its log; one test below is without."""
    settings.FORGET_AFTER_DAYS = 90
    monkeypatch.setattr(retention, "_truncate_log", lambda: None)


def test_a_ticket_goes_ninety_days_after_it_was_closed(queue: Queue) -> None:
    opened(queue, closed=NOW)
    assert purge(NOW + KEPT - A_SECOND) == 0
    assert Ticket.objects.exists()
    assert purge(NOW + KEPT) == 1
    assert not Ticket.objects.exists()
    assert Tombstone.objects.count() == 1


def test_an_open_ticket_stays_however_old(queue: Queue) -> None:
    opened(queue)
    assert purge(NOW + 100 * KEPT) == 0
    assert Ticket.objects.exists()


def test_all_that_are_due_go_at_once_and_a_second_run_finds_nothing(queue: Queue) -> None:
    for _ in range(4):
        opened(queue, closed=NOW)
    assert purge(NOW + KEPT) == 4
    assert purge(NOW + KEPT) == 0
    assert Tombstone.objects.count() == 4


@pytest.mark.parametrize("point", ["forget-locked", "forget-before-commit"])
def test_killed_on_the_way_it_is_resumed(queue: Queue, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        opened(queue, closed=NOW)
    seen: list[str] = []

    def die_at_the_second(name: str) -> None:
        seen.append(name)
        if seen.count(point) == 2 and name == point:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(forget, "fault_point", die_at_the_second)
        with pytest.raises(Killed):
            purge(NOW + KEPT)
    assert Ticket.objects.count() == 2
    # It has said that it is going: an open door would lose the mail that comes in through it.
    assert Ticket.objects.living().count() == 1
    assert purge(NOW + KEPT) == 2
    assert Tombstone.objects.count() == 3
    assert list(blob_store().names()) == []


@pytest.mark.parametrize("state", [Incoming.State.SET_ASIDE, Incoming.State.QUARANTINED])
def test_mail_that_nobody_files_goes_as_late_as_a_ticket(state: Incoming.State) -> None:
    identity = keep_mail(b"spam", Origin("maildir 0"))
    Incoming.objects.update(state=state, received=NOW)
    purge(NOW + KEPT - A_SECOND)
    assert Incoming.objects.get().read() == b"spam"
    assert forgotten_at(Incoming.objects.get()) == NOW + KEPT
    purge(NOW + KEPT)
    assert Incoming.objects.get(pk=identity).key is None


def test_mail_that_the_line_has_still_to_do_with_is_never_purged() -> None:
    keep_mail(b"a mail", Origin("maildir 0"))
    Incoming.objects.update(received=NOW)
    purge(NOW + 10 * KEPT)
    assert Incoming.objects.get().read() == b"a mail"


def test_the_key_of_somebody_without_a_ticket_goes(queue: Queue) -> None:
    opened(queue)
    know_key()
    know_key("carol", address="carol@user.example")
    purge(NOW)
    assert PublicKey.objects.get().address_digest == Ticket.objects.get().requester_digest


def test_sessions_that_are_over_go() -> None:
    for expires in (NOW - A_SECOND, datetime(2100, 1, 1, tzinfo=UTC)):
        Session.objects.create(session_key=str(expires), session_data="x", expire_date=expires)
    purge(NOW)
    assert Session.objects.get().expire_date.year == 2100


def test_a_ciphertext_is_remembered_for_a_year() -> None:
    Ciphertext.objects.create(digest="a", first_seen=NOW)
    Ciphertext.objects.create(digest="b", first_seen=NOW + A_SECOND)
    purge(NOW + timedelta(days=365))
    assert Ciphertext.objects.get().digest == "b"


def _written_at(name: str, moment: float) -> None:
    os.utime(blob_store().root / name[:2] / name, (moment, moment))


def test_files_without_a_row_go_after_a_day_and_no_other(queue: Queue) -> None:
    message = first_message(opened(queue, files=1))
    kept = Incoming.objects.get(pk=keep_mail(b"a mail", Origin("maildir 0")))
    named = {message.raw_blob, message.attachments.get().blob, kept.blob}
    old, young = (message.ticket.key.write_blob(b"orphan") for _ in range(2))
    now = datetime(2030, 1, 1, tzinfo=UTC).timestamp()
    for name in (*named, old):
        _written_at(name, now - ORPHAN_SECONDS - 1)
    _written_at(young, now - ORPHAN_SECONDS + 1)
    assert remove_orphans(now) == 1
    assert set(blob_store().names()) == named | {young}


def test_the_sweep_asks_the_database_the_same_for_few_files_and_for_many(
    queue: Queue, django_assert_num_queries: object
) -> None:
    far = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
    for number in range(2):
        for _ in range(1 + 5 * number):
            opened(queue, files=1)
        with django_assert_num_queries(3):  # type: ignore[operator]  # a fixture of pytest-django
            assert remove_orphans(far) == 0


@pytest.mark.django_db(transaction=True)
def test_deleted_pages_leave_the_log_of_sqlite(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps its log in a file beside the database")
    opened(queue, closed=NOW)
    log = Path(f"{desk_settings.DATABASES['default']['NAME']}-wal")
    assert log.stat().st_size > 0
    purge(NOW + timedelta(days=9_000))
    assert log.stat().st_size == 0
