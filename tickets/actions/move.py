"""Move a ticket to another queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.event import note_event
from tickets.models import Event, Queue, Ticket


def move_ticket(ticket: Ticket, queue: Queue, *, by: User, now: datetime) -> None:
    """Put a ticket into another queue. Whoever has it keeps it only if they work there too."""
    moved = Ticket.objects.living().filter(pk=ticket.pk)
    with transaction.atomic():
        if moved.exclude(queue=queue).update(queue=queue):
            # Asked of the row as it is now: somebody may have taken it since the page was made.
            moved.exclude(agent__queues=queue).update(agent=None)
            note_event(ticket, Event.Kind.MOVED, by=by, at=now)
