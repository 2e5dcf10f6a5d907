"""Say who works on a ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.errors import ActionError, NotPossibleNow
from tickets.actions.event import note_event
from tickets.models import Event, Ticket


class NotAMember(ActionError):  # noqa: N818 - read as a sentence
    """A ticket goes only to people who work on its queue."""


def assign_ticket(ticket: Ticket, to: User | None, *, was: int | None, by: User, now: datetime) -> None:
    """Give a ticket to somebody, or back to the queue. `was` is the id of who had it when the page was made."""
    if to is not None and not to.queues.filter(pk=ticket.queue_id).exists():
        raise NotAMember
    if (to.pk if to else None) == was:
        return
    with transaction.atomic():
        if not Ticket.objects.living().filter(pk=ticket.pk, agent=was).update(agent=to):
            raise NotPossibleNow
        kind = Event.Kind.ASSIGNED if to else Event.Kind.RELEASED
        note_event(ticket, kind, by=by, whom=to, at=now)
    ticket.agent = to
