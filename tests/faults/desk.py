"""A desk whose workers die: one round of what the beat and the workers do, and what must hold after any of it."""

from __future__ import annotations

import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterable

import pytest

from crypto.models import PublicKey, SealKey
from crypto.vault import blob_store, digest
from tests.children import in_child
from tickets import enqueue, retention, tasks
from tickets.models import Attachment, Incoming, Message, Ticket

INCOMING = (
    "fetched",
    "kept-blob",
    "keep-before-commit",
    "keep-after-commit",
    "copied",
    "marked-deleted",
    "removed",
    "claimed",
    "opened",
    "file-before-commit",
    "file-after-commit",
)
IMPORTING = ("import-before-commit",)
OUTGOING = ("send-claimed", "send-handed-over")
FORGETTING = ("forget-locked", "forget-before-commit")
DEAD = -signal.SIGKILL
_TASKS = {
    "open_incoming": tasks.open_incoming,
    "read_report": tasks.read_report,
    "send": tasks.send,
    "release_waiting": tasks.release_waiting,
}


def work_a_round() -> None:
    """Fetch, sweep, and do what the broker was told meanwhile. What it was told is lost when the process dies."""
    told: list[tuple[str, uuid.UUID]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enqueue, "_send", lambda task, identity: told.append((task, identity)))
        tasks.poll()
        tasks.sweep()
        while told:
            task, identity = told.pop(0)
            _TASKS[task](str(identity))


def die_at(point: str) -> None:
    """A round in a process that is killed at this point."""
    assert in_child(work_a_round, fault=point) == DEAD


def recover() -> None:
    """Two rounds in a process that lives: what the first takes from a mailbox the second has filed."""
    for _ in range(2):
        work_a_round()


def assert_filed_once(mails: Iterable[bytes]) -> None:
    """Every mail is in exactly one message, byte for byte, and nothing else is."""
    expected = Counter(mails)
    messages = Message.objects.filter(kind=Message.Kind.INBOUND).select_related("ticket__key")
    assert Counter(each.ticket.key.read_blob(each.raw_blob) for each in messages) == expected
    rows = dict(Incoming.objects.values_list("digest", "state"))
    assert rows == {digest("mail", raw): Incoming.State.FILED for raw in expected}


def assert_nothing_left_over() -> None:
    """A day later no sealed file is there without a row, and no key without something that it seals."""
    retention.remove_orphans(time.time() + 2 * retention.ORPHAN_SECONDS)
    named = set(Message.objects.exclude(raw_blob="").values_list("raw_blob", flat=True))
    named |= set(Attachment.objects.values_list("blob", flat=True))
    named |= set(Incoming.objects.exclude(blob="").values_list("blob", flat=True))
    assert set(blob_store().names()) == named
    owners = {*Ticket.objects.values_list("key", flat=True), *PublicKey.objects.values_list("key", flat=True)}
    owners |= set(Incoming.objects.filter(key__isnull=False).values_list("key", flat=True))
    assert set(SealKey.objects.values_list("pk", flat=True)) == owners
