"""Stopping an approved answer: by the desk, when what it was approved with holds no longer, or by an agent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crypto.correspondents.known_keys import is_in_use
from helpdesk.models import User
from tickets.actions.automatic.notice import tell_it_waits
from tickets.actions.errors import NotPossibleNow
from tickets.actions.event import note_event
from tickets.actions.living import hold_living
from tickets.models import Draft, Event, Message, Outgoing, Ticket
from tickets.travel import stopped_by_a_change


def is_overtaken(outgoing: Outgoing, *, now: datetime) -> bool:
    """Whether an approved answer must not leave as it was rendered, because of what came or was decided since.

    In clear: something came encrypted (promise 3). Encrypted: its key is retired, replaced or revoked, a different one
    came that must be compared first, or its ticket turned out to answer somebody else's text (R5).
    """
    if outgoing.kind != Outgoing.Kind.ANSWER:
        return False
    ticket = outgoing.said.ticket
    if not outgoing.fingerprint:
        return ticket.protected
    if not is_in_use(outgoing.recipient, outgoing.fingerprint) or ticket.messages.unreleased().exists():
        return True
    return Ticket.objects.filter(stopped_by_a_change(now), pk=ticket.pk).exists()


def hold_back(outgoing: Outgoing, *, now: datetime) -> None:
    """An answer was claimed to be sent, and may not leave as it is any more: its bytes go, and it waits.

    Whatever was true when its bytes were made, from a ticket in which anything came encrypted nothing leaves in clear,
    and nothing is sent to a key that is no longer used.
    """
    with transaction.atomic():
        claimed = {"state": Outgoing.State.SENDING, "attempts": outgoing.attempts}
        mine = Outgoing.objects.filter(pk=outgoing.pk, **claimed)
        without_bytes = {"rendered": None, "fingerprint": None, "lease_until": None, "not_before": None}
        if not mine.update(state=Outgoing.State.WAITING, **without_bytes):
            return
        ticket = outgoing.said.ticket
        note_event(ticket, Event.Kind.HELD_BACK, at=now)
        # Whoever sent somebody else's text is not told that we could open it (R5).
        if not ticket.messages.unreleased().exists():
            tell_it_waits(outgoing.said, now=now)


def take_back(outgoing: Outgoing, *, by: User, now: datetime) -> None:
    """Make an answer that was not handed over a draft of its author again; raises NotPossibleNow when it is too late.

    The row is locked and deleted in one transaction: a sender finds either the answer or nothing.
    """
    ticket, message = outgoing.said.ticket, outgoing.said
    with transaction.atomic():
        hold_living(ticket)
        mine = Outgoing.objects.not_handed_over().filter(pk=outgoing.pk)
        if not mine.select_for_update(of=("self",)).exists():
            raise NotPossibleNow
        _make_draft(ticket, message.text, author=message.author or by, now=now)
        Message.objects.filter(pk=message.pk).delete()
        Ticket.objects.filter(pk=ticket.pk).update(waiting_since=_waits_since(ticket), updated=now)
        note_event(ticket, Event.Kind.TAKEN_BACK, at=now, by=by)


def _make_draft(ticket: Ticket, text: str, *, author: User, now: datetime) -> None:
    """Before what its author has begun since, of which nothing may be lost."""
    begun = Draft.objects.filter(ticket=ticket, author=author).select_related("ticket__key").first()
    both = f"{text.rstrip()}\n\n{begun.text}" if begun else text
    Draft.objects.update_or_create(ticket=ticket, author=author, defaults={"text": both, "updated": now})


def _waits_since(ticket: Ticket) -> datetime | None:
    """When the requester wrote what nothing answers now."""
    last = ticket.messages.filter(kind=Message.Kind.OUTBOUND).order_by("-created").first()
    asked = ticket.messages.from_the_requester().order_by("created")
    first = (asked.filter(created__gt=last.created) if last else asked).first()
    return first.created if first and ticket.is_open else None
