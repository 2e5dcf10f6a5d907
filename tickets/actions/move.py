"""Move a ticket to another queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.event import note_event
from tickets.models import Event, Queue, Ticket


def move_ticket(ticket: Ticket, queue: Queue, *, by: User, now: datetime) -> None:
    """Put a ticket into another queue. Whoever has it keeps it only if they work there too."""
    agent = ticket.agent if ticket.agent and queue.members.filter(pk=ticket.agent.pk).exists() else None
    with transaction.atomic():
        if Ticket.objects.living().filter(pk=ticket.pk).exclude(queue=queue).update(queue=queue, agent=agent):
            note_event(ticket, Event.Kind.MOVED, by=by, at=now)
