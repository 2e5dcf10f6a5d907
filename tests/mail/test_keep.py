"""Keeping: the bytes of a mail are on disk and in a committed row before anything else happens to them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import current_app
from django.db import IntegrityError, close_old_connections, connection
from kombu.exceptions import OperationalError
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from crypto.models import SealKey
from crypto.vault import blob_store
from tests.mail.letters import mail
from tickets import enqueue
from tickets.mail import keep
from tickets.mail.keep import Origin, is_kept, keep_mail
from tickets.models import Incoming

pytestmark = pytest.mark.django_db


def test_a_kept_mail_is_read_back_byte_for_byte() -> None:
    raw = b"From: ana@user.example\n\n\xff\x00\r\n.\r\nwords without an end"
    incoming = Incoming.objects.get(pk=keep_mail(raw, Origin("test", 7, 1)))
    assert incoming.read() == raw
    assert (incoming.state, incoming.size) == (Incoming.State.NEW, len(raw))


def test_a_kept_mail_is_not_readable_on_disk(vault: Path) -> None:
    keep_mail(mail(text="canary-of-ana"), Origin("test"))
    assert all(b"canary-of-ana" not in path.read_bytes() for path in vault.rglob("*") if path.is_file())


def test_an_empty_mail_is_kept_too() -> None:
    assert Incoming.objects.get(pk=keep_mail(b"", Origin("test"))).read() == b""


def test_the_same_bytes_are_kept_once() -> None:
    raw = mail()
    first = keep_mail(raw, Origin("one", 1, 1))
    assert keep_mail(raw, Origin("two", 9, 9)) == first
    assert (Incoming.objects.count(), SealKey.objects.count()) == (1, 1)


def test_mails_without_a_uid_do_not_stand_in_each_others_way() -> None:
    assert keep_mail(mail(), Origin("pipe")) != keep_mail(mail(), Origin("pipe"))


def test_another_mail_under_a_used_uid_is_kept_too() -> None:
    first, second = keep_mail(mail(), Origin("imap", 1, 1)), keep_mail(raw := mail(), Origin("imap", 1, 1))
    assert first != second
    assert Incoming.objects.get(pk=second).read() == raw
    assert Incoming.objects.filter(uid=1).count() == 1


def test_is_kept_knows_mailbox_validity_and_uid() -> None:
    keep_mail(mail(), Origin("imap", 1, 1))
    assert is_kept(Origin("imap", 1, 1))
    others = [Origin("imap", 1, 2), Origin("imap", 2, 1), Origin("other", 1, 1)]
    assert not any(is_kept(origin) for origin in others)


def test_who_loses_the_race_finds_the_winners_row(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail()
    winner = keep_mail(raw, Origin("one"))
    looks = iter([None, winner])
    monkeypatch.setattr(keep, "_kept_before", lambda mark: next(looks))
    assert keep_mail(raw, Origin("two")) == winner
    assert len(list(blob_store().names())) == 1


def test_an_unknown_conflict_is_not_taken_for_a_mail_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**values: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Incoming.objects, "create", refuse)
    with pytest.raises(IntegrityError):
        keep_mail(mail(), Origin("pipe"))


def test_nothing_is_kept_when_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealKey, "write_blob", full)
    with pytest.raises(OSError, match="No space"):
        keep_mail(mail(), Origin("test"))
    assert not Incoming.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_file_and_row_are_durable_before_the_broker_hears_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bytes]] = []

    def look(task: str, identity: uuid.UUID) -> None:
        row = Incoming.objects.get(pk=identity)
        seen.append((connection.in_atomic_block, row.read()))

    monkeypatch.setattr(enqueue, "_send", look)
    raw = mail()
    keep_mail(raw, Origin("test"))
    assert seen == [(False, raw)]


def test_a_broker_that_is_down_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def down(*arguments: object, **options: object) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", down)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        identity = keep_mail(mail(), Origin("test"))
    assert callbacks
    assert Incoming.objects.filter(pk=identity).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_keep_it_once(vault: Path) -> None:
    raw = mail()
    found = at_once(4, lambda: keep_mail(raw, Origin("imap", 1, 1)))
    assert len(set(found)) == 1
    assert (Incoming.objects.count(), SealKey.objects.count()) == (1, 1)
    assert len(list(blob_store().names())) == 1


def at_once(workers: int, work: Callable[[], uuid.UUID]) -> list[uuid.UUID]:
    """What each of some threads, let go together, got from the same work."""
    found: list[uuid.UUID] = []
    gate = threading.Barrier(workers)

    def run() -> None:
        gate.wait()
        found.append(work())
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == workers
    return found
