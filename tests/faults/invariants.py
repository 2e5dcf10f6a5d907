"""What must hold after every fault, I1 to I8 of the reliability requirements, in one function."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from crypto.vault import blob_store, digest
from tests.mail.letters import mail
from tests.traces import traces, traces_in_folder
from tickets.models import Event, Incoming, Mailbox, Message, Outgoing

CANARY = "canary" + secrets.token_hex(6)
"""Stands in the text of every mail that comes and of every answer that goes here."""
_SECRET = b"-----BEGIN PGP MESSAGE-----"
_NOTES = {Outgoing.State.UNKNOWN: Event.Kind.UNSURE, Outgoing.State.FAILED: Event.Kind.NOT_SENT}


def posted_mail(**more: str) -> bytes:
    """A mail different from every other one, with the canary in it."""
    return mail(text=f"{CANARY} says: the speakers are silent.", **more)


@dataclass(frozen=True)
class Day:
    """All that was put in, and where to see what there is now."""

    mails: Sequence[bytes] = ()
    """Put into the mailbox."""
    in_mailbox: Callable[[], Iterable[bytes]] = tuple
    answers: Sequence[Outgoing] = ()
    """Approved."""
    arrived: Callable[[bytes], int] = lambda mail: 0
    """How often a mail server has one."""
    sent_again: Mapping[UUID, int] = field(default_factory=dict)
    """How often a person asked for it."""
    log: str = ""
    is_left: bool = False
    """The mailbox is left as it is."""


def assert_invariants(day: Day, *, is_over: bool = True) -> None:
    """`is_over`: the fault is mended and everybody had the time to do their work."""
    posted, there = Counter(day.mails), Counter(day.in_mailbox())
    rows = {row.digest: row for row in Incoming.objects.select_related("key", "message__ticket__key")}
    for raw in posted:
        row = rows.get(digest("mail", raw))
        # I1: nowhere is no place. I3: what is gone there is here, committed, and can be read.
        assert row is not None or there[raw], "a mail is nowhere"
        if row is not None:
            assert _bytes_of(row) == raw, "a mail is not here as it came"
        if is_over:
            assert row is not None, "a mail was not fetched"
            assert row.state != Incoming.State.NEW, f"a mail was not worked on: {row.reason}"
            assert day.is_left or not there[raw], "a mail is here and was not removed there"
    # I2: filed at most once.
    filed = Message.objects.filter(kind=Message.Kind.INBOUND).count()
    assert filed == sum(row.state == Incoming.State.FILED for row in rows.values()), "a mail is filed twice"
    _assert_answers(day, is_over=is_over)
    _assert_nothing_leaked(day)
    _assert_trouble_is_seen()


def _bytes_of(row: Incoming) -> bytes:
    if row.message is None:
        return row.read()
    return row.message.ticket.key.read_blob(row.message.raw_blob)


def _assert_answers(day: Day, *, is_over: bool) -> None:
    states = {row.pk: row for row in Outgoing.objects.select_related("message__ticket__key")}
    for answer in day.answers:
        now, arrived = states[answer.pk], day.arrived(bytes(answer.rendered))
        # I4: once, and once more for each time that a person asked.
        assert arrived <= 1 + day.sent_again.get(answer.pk, 0), "an answer was sent twice"
        # I5: sent, to be sent, or in somebody's sight.
        if now.state == Outgoing.State.SENT:
            assert arrived >= 1, "an answer counts as sent that nobody has"
        if is_over:
            assert now.state != Outgoing.State.SENDING, "an answer is with a sender that is gone"
    # I6: what demands encryption leaves encrypted or not at all.
    for row in states.values():
        if row.message and row.message.ticket.protected and row.rendered:
            assert _SECRET in bytes(row.rendered), "an answer is in clear that must not be"


def _assert_nothing_leaked(day: Day) -> None:
    """I7: the words of a mail are nowhere on the disk or in the log."""
    assert not traces_in_folder(Path(blob_store().root), CANARY)
    assert not traces(day.log.encode(), CANARY)


def _assert_trouble_is_seen() -> None:
    """I8: whatever is not as it should be says so in a row that the desk's pages show."""
    failing = Mailbox.objects.filter(failures__gt=0)
    assert not failing.filter(trouble="").exists(), "a mailbox fails and nobody can see why"
    stopped = Incoming.objects.filter(state__in=[Incoming.State.QUARANTINED, Incoming.State.SET_ASIDE])
    assert not stopped.filter(reason="").exists(), "a mail was stopped without a reason"
    waiting = Incoming.objects.filter(state=Incoming.State.NEW, not_before__isnull=False)
    assert not waiting.filter(reason="").exists(), "a mail waits and nobody can see for what"
    for row in Outgoing.objects.filter(state__in=list(_NOTES), message__isnull=False):
        kind = _NOTES[Outgoing.State(row.state)]
        assert row.said.ticket.events.filter(kind=kind).exists(), "an answer is stuck and no event tells"
