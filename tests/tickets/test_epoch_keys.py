"""The daily change of the epoch key, and the promise that rests on it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from crypto.epochs import EpochKeys
from crypto.errors import SealError
from crypto.models import SealKey
from crypto.vault import epoch_keys
from tests.tickets.cases import first_message, opened
from tickets.actions.forget import forget_ticket
from tickets.models import Queue, Ticket, Tombstone
from tickets.retention import rotate_epoch_keys

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
A_DAY = timedelta(days=1)
BACKUP_LIFE = 14

Backup = list[tuple[uuid.UUID, str, bytes]]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _backup_life(settings: LazySettings) -> None:
    settings.BACKUP_LIFE_DAYS = BACKUP_LIFE


def _backup() -> Backup:
    return [
        (pk, epoch, bytes(key)) for pk, epoch, key in SealKey.objects.values_list("pk", "epoch", "wrapped")
    ]


def test_a_first_epoch_key_is_made(settings: LazySettings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "empty"
    rotate_epoch_keys(START)
    assert epoch_keys().names() == ["epoch-2026-03-01.key"]


@pytest.mark.django_db(transaction=True)
def test_all_keys_are_wrapped_with_the_new_one(queue: Queue) -> None:
    tickets = [opened(queue) for _ in range(3)]
    before = _backup()
    rotate_epoch_keys(START)
    assert {epoch for _, epoch, _ in _backup()} == {"epoch-2026-03-01.key"}
    assert {wrapped for _, _, wrapped in before}.isdisjoint(wrapped for _, _, wrapped in _backup())
    for ticket in tickets:
        assert Ticket.objects.get(pk=ticket.pk).subject == "Black screen"


def test_files_stay_readable(queue: Queue) -> None:
    message = first_message(opened(queue))
    rotate_epoch_keys(START)
    assert SealKey.objects.get(pk=message.ticket_id).read_blob(message.raw_blob) == b"raw mail"


def test_a_second_time_on_one_day_changes_nothing(queue: Queue) -> None:
    opened(queue)
    rotate_epoch_keys(START)
    names, keys = epoch_keys().names(), _backup()
    rotate_epoch_keys(START + timedelta(hours=20))
    assert epoch_keys().names() == names
    assert _backup() == keys


def test_a_clock_that_goes_back_makes_no_older_key(queue: Queue) -> None:
    rotate_epoch_keys(START)
    names = epoch_keys().names()
    rotate_epoch_keys(START - A_DAY)
    assert epoch_keys().names() == names


def test_an_epoch_key_lives_as_long_as_a_backup() -> None:
    rotate_epoch_keys(START)
    for day in range(1, BACKUP_LIFE + 1):
        rotate_epoch_keys(START + day * A_DAY)
        assert "epoch-2026-03-01.key" in epoch_keys().names()
    rotate_epoch_keys(START + (BACKUP_LIFE + 1) * A_DAY)
    assert "epoch-2026-03-01.key" not in epoch_keys().names()
    assert len(epoch_keys().names()) == BACKUP_LIFE + 1


def test_an_epoch_key_in_use_is_never_destroyed(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = opened(queue)
    old = epoch_keys().names()
    monkeypatch.setattr("tickets.retention.rewrap_all", lambda epoch: (0, 0))
    rotate_epoch_keys(START + 400 * A_DAY)
    assert epoch_keys().names() == [*old, "epoch-2027-04-05.key"]
    assert Ticket.objects.get(pk=ticket.pk).subject == "Black screen"


def test_one_broken_key_keeps_only_its_own_epoch_key(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    """The others are wrapped anew, or one damaged row would keep everything from ever being forgotten."""
    whole, broken = opened(queue), opened(queue)
    rotate_epoch_keys(START)
    SealKey.objects.filter(pk=broken.pk).update(wrapped=b"broken")
    first = epoch_keys().newest()
    rotate_epoch_keys(START + A_DAY)
    rotate_epoch_keys(START + 400 * A_DAY)
    assert SealKey.objects.get(pk=whole.pk).epoch == epoch_keys().newest()
    assert (SealKey.objects.get(pk=broken.pk).epoch, bytes(SealKey.objects.get(pk=broken.pk).wrapped)) == (
        first,
        b"broken",
    )
    assert epoch_keys().names() == [first, epoch_keys().newest()]
    assert "1 wrapped keys cannot be opened" in caplog.text
    assert str(broken.pk) not in caplog.text


def test_the_promise(queue: Queue, vault: Path) -> None:
    """Who has every backup of every day, and takes all keys that are left, reads what lives and nothing forgotten."""
    rotate_epoch_keys(START)
    live, forgotten = opened(queue), opened(queue)
    backups: list[Backup] = []
    for day in range(20):
        rotate_epoch_keys(START + day * A_DAY)
        backups.append(_backup())
    rotate_epoch_keys(START + 20 * A_DAY)
    backups.append(_backup())
    forget_ticket(_closed(forgotten), rule=Tombstone.Rule.CLOSED_LONG_AGO, now=START, closed_by=START)
    # As long as its backups live, they can be restored: otherwise what follows would prove nothing.
    assert _opened_with_all(backups, forgotten, vault)

    for day in range(1, BACKUP_LIFE + 2):
        rotate_epoch_keys(START + (20 + day) * A_DAY)
        backups.append(_backup())
    assert not _opened_with_all(backups, forgotten, vault)
    assert _opened_with_all(backups, live, vault) == BACKUP_LIFE + 1
    newest = EpochKeys(vault / "keys").newest()
    assert SealKey.objects.get(pk=live.pk).epoch == newest
    assert Ticket.objects.get(pk=live.pk).subject == "Black screen"


def _closed(ticket: Ticket) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(state=Ticket.State.CLOSED, closed=START)
    return ticket


def _opened_with_all(backups: list[Backup], ticket: Ticket, vault: Path) -> int:
    """How many of the wrapped keys of a ticket any of the epoch keys on disk opens, whatever name they go by."""
    epochs = EpochKeys(vault / "keys")
    wrapped = [(epoch, key) for backup in backups for pk, epoch, key in backup if pk == ticket.pk]
    assert wrapped
    return sum(
        any(_opens(epochs, key, ticket, epoch) for epoch in {name, *epochs.names()}) for name, key in wrapped
    )


def _opens(epochs: EpochKeys, wrapped: bytes, ticket: Ticket, epoch: str) -> bool:
    try:
        epochs.unwrap(wrapped, str(ticket.pk), epoch=epoch)
    except SealError:
        return False
    return True
