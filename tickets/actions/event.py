"""Writing the history of a ticket: every action does it, in its own transaction."""

from __future__ import annotations

from datetime import datetime

from helpdesk.models import User
from tickets.models import Event, Ticket


def note_event(
    ticket: Ticket,
    kind: Event.Kind,
    *,
    at: datetime,
    by: User | None = None,
    whom: User | None = None,
    part: int | None = None,
) -> Event:
    """Write down what was done, by whom (nobody: the desk itself), to whom it was assigned, and which part was opened."""
    return Event.objects.create(ticket=ticket, kind=kind, at=at, by=by, whom=whom, part=part)
