"""Retiring a key: an agent says that it is to be used no longer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crypto.correspondents import decisions
from helpdesk.models import User
from tickets.actions.errors import NotPossibleNow
from tickets.actions.event import note_event
from tickets.actions.living import hold_living
from tickets.models import Event, Ticket


def retire_key(ticket: Ticket, fingerprint: str, *, by: User, now: datetime) -> None:
    """Use this key of the ticket's requester no longer. Raises NotPossibleNow when it is none of theirs, or retired."""
    with transaction.atomic():
        hold_living(ticket)
        if not decisions.retire_key(ticket.requester_address, fingerprint, by=by, at=now):
            raise NotPossibleNow
        note_event(ticket, Event.Kind.KEY_RETIRED, at=now, by=by)
