"""Write an internal note."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.event import note_event
from tickets.actions.living import hold_living
from tickets.models import Event, Message, Ticket


def write_note(ticket: Ticket, text: str, *, by: User, now: datetime) -> Message:
    """Keep a note that only agents see; it does not change whose turn it is.

    Raises NotPossibleNow when the ticket is being forgotten.
    """
    with transaction.atomic():
        hold_living(ticket)
        note = Message(ticket=ticket, kind=Message.Kind.NOTE, author=by, created=now, text=text)
        note.save(force_insert=True)
        note_event(ticket, Event.Kind.NOTED, by=by, at=now)
    return note
