"""Close a ticket, and open it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.event import note_event
from tickets.models import Event, Message, Ticket


def close_ticket(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Nobody has to do anything about it any more; from now on its time to be forgotten runs."""
    with transaction.atomic():
        changed = Ticket.objects.open().filter(pk=ticket.pk)
        if changed.update(state=Ticket.State.CLOSED, closed=now, updated=now, waiting_since=None):
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
    said = ticket.messages.exclude(kind=Message.Kind.NOTE).order_by("-created", "-id")
    last = said.values_list("kind", "created").first()
    return last[1] if last and last[0] == Message.Kind.INBOUND else None
