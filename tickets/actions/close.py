"""Close a ticket, and open it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from helpdesk.models import User
from tickets.actions.event import note_event
from tickets.actions.living import refuse_unread
from tickets.models import Event, Message, Ticket


def close_ticket(ticket: Ticket, *, by: User, now: datetime, seen: int | None = None) -> None:
    """Nobody has to do anything about it any more; from now on its time to be forgotten runs.

    `seen` is how many messages of the requester the page showed. Raises MessageCame when there are more.
    """
    with transaction.atomic():
        changed = Ticket.objects.open().filter(pk=ticket.pk)
        if changed.update(state=Ticket.State.CLOSED, closed=now, updated=now, waiting_since=None):
            refuse_unread(ticket, seen)
            note_event(ticket, Event.Kind.CLOSED, by=by, at=now)


def reopen_ticket(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Somebody has to do something about it again. If the requester said the last word, it is unanswered again."""
    with transaction.atomic():
        changed = Ticket.objects.filter(pk=ticket.pk, state=Ticket.State.CLOSED)
        if changed.update(
            state=Ticket.State.OPEN, closed=None, updated=now, waiting_since=_last_word(ticket)
        ):
            note_event(ticket, Event.Kind.REOPENED, by=by, at=now)


def _last_word(ticket: Ticket) -> datetime | None:
    """When the requester wrote, if nothing was answered since."""
    asked = ticket.messages.from_the_requester().aggregate(last=Max("created"))["last"]
    answered = ticket.messages.filter(kind=Message.Kind.OUTBOUND).aggregate(last=Max("created"))["last"]
    return asked if asked and not (answered and answered >= asked) else None
