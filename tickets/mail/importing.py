"""Importing: one mail of an archive is judged and filed like any other, but silently, in its own time, and once.

The mail stays in its archive, so nothing need be kept before it is judged: its row, its ticket and all that belongs to
them are one transaction. Whatever kills the import, a mail is here as a whole or not at all, and the next run knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from crypto.vault import digest
from helpdesk.lib.faults import fault_point
from tickets.mail.file import file_mail
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import Accepted, MailError, Sealed, SetAside, TryLater
from tickets.mail.line import net, read
from tickets.models import Ciphertext, Incoming, Message, Queue, Ticket
from tickets.reading import read_report

ORIGIN = Origin("import")
IN_QUARANTINE = "in quarantine"
"""Why one that is known is named again: nobody has looked after it since it was put there."""


class Outcome(StrEnum):
    """What became of a mail of an archive."""

    FILED = "filed"
    SET_ASIDE = "set_aside"
    QUARANTINED = "quarantined"
    KNOWN = "known"
    """It is here already, from this archive or from a mailbox."""
    OURS = "ours"
    """An answer of the desk itself: tickets hold what others wrote to us."""
    LATER = "later"
    """Something of ours was in the way; the next run takes it."""
    SKIPPED = "skipped"
    """No mail, or too large: it was not read."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it, and by which rule or stop."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """How old mail is filed."""

    queue: Queue | None = None
    """Into this queue, whatever the mail says."""
    stays_open: bool = False
    """New tickets stay open: somebody waits for an answer. Else they are closed, as after five years nobody does."""
    is_trial: bool = False
    """Nothing is written; the results are what would be."""


def import_mail(raw: bytes, *, dated: datetime | None, wish: Wish) -> Result:
    """Judge and file one mail. `dated` is when it was received, and becomes the time of its message."""
    known_as = _known_as(raw)
    if known_as is not None:
        return Result(Outcome.KNOWN, IN_QUARANTINE if known_as == Incoming.State.QUARANTINED else "")
    at = dated or timezone.now()
    try:
        with net("import"):
            accepted = read(Sealed(raw), now=at)
    except MailError as stop:
        return _settle(raw, stop, wish)
    if _is_ours(accepted):
        return Result(Outcome.OURS)
    if wish.is_trial:
        return Result(Outcome.FILED, accepted.machine.value if accepted.machine else "")
    try:
        with net("import"):
            return _file(raw, accepted, at, wish)
    except MailError as stop:
        return _settle(raw, stop, wish)


def _known_as(raw: bytes) -> str | None:
    """The state of its bytes if they are here, with whichever ends of lines: archives and mailboxes seldom agree."""
    unix = raw.replace(b"\r\n", b"\n")
    marks = {digest("mail", each) for each in (raw, unix, unix.replace(b"\n", b"\r\n"))}
    return Incoming.objects.filter(digest__in=marks).values_list("state", flat=True).first()


def _settle(raw: bytes, stop: MailError, wish: Wish) -> Result:
    """Kept for an agent to look at, from today on: what stopped it may be mended."""
    if isinstance(stop, TryLater):
        return Result(Outcome.LATER, stop.reason)
    outcome = Outcome.SET_ASIDE if isinstance(stop, SetAside) else Outcome.QUARANTINED
    if not wish.is_trial:
        with transaction.atomic():
            identity = keep_mail(raw, ORIGIN, silent=True, is_told=False)
            mine = Incoming.objects.filter(pk=identity, state=Incoming.State.NEW, mailbox=ORIGIN.mailbox)
            mine.update(state=outcome.value, reason=stop.reason[:40])
            fault_point("import-before-commit")
    return Result(outcome, stop.reason)


def _file(raw: bytes, accepted: Accepted, at: datetime, wish: Wish) -> Result:
    with transaction.atomic():
        identity = keep_mail(raw, ORIGIN, silent=True, is_told=False)
        incoming = Incoming.objects.select_related("key").get(pk=identity)
        if incoming.mailbox != ORIGIN.mailbox or incoming.state != Incoming.State.NEW:
            # A mailbox or another import brought it between our look and our write.
            return Result(Outcome.KNOWN)
        incoming.received = at
        file_mail(incoming, accepted, wakes=False)
        message = Message.objects.get(pk__in=Incoming.objects.values("message").filter(pk=identity))
        if message.ticket_id == identity:  # A new ticket takes over the id of its first mail.
            _place(message.ticket, wish)
        # The alarm for stolen text looks back a year from when it was first seen here (security.md R5).
        Ciphertext.objects.filter(message_id=message.pk).update(first_seen=timezone.now())
        fault_point("import-before-commit")
    if message.report_due:
        read_report(message.pk)  # The sweep asks again for today's reports only.
    return Result(Outcome.FILED, message.machine)


def _place(ticket: Ticket, wish: Wish) -> None:
    """A new ticket is closed today, so that it is kept for a while. It is ours alone: nothing of it is committed yet."""
    if wish.queue is not None:
        ticket.queue = wish.queue
    if not wish.stays_open:
        ticket.state, ticket.closed, ticket.waiting_since = Ticket.State.CLOSED, timezone.now(), None
    ticket.save(update_fields=["queue", "state", "closed", "waiting_since"])


def _is_ours(accepted: Accepted) -> bool:
    """An answer of the desk, as archives of both directions hold them. Of two Froms one may be anybody's."""
    ours = {address.lower() for address in Queue.objects.values_list("address", flat=True)}
    senders = accepted.letter.from_
    return len(senders) == 1 and senders[0].address.lower() in ours
