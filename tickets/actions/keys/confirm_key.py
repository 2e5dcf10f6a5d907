"""Confirming a key: an agent has compared two fingerprints and says which one is this person's."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crypto.correspondents import decisions
from helpdesk.models import User
from tickets.actions.answer import allow_release
from tickets.actions.errors import NotPossibleNow
from tickets.actions.event import note_event
from tickets.enqueue import enqueue
from tickets.models import Event, Ticket


def confirm_key(ticket: Ticket, fingerprint: str, *, by: User, now: datetime) -> None:
    """Use this key for the ticket's requester and retire the others; answers that waited for it are sent off.

    Raises NotPossibleNow when no such key is known for the requester, or a colleague has just chosen another.
    """
    with transaction.atomic():
        if not decisions.confirm_key(ticket.requester_address, fingerprint, by=by, at=now):
            raise NotPossibleNow
        note_event(ticket, Event.Kind.KEY_CONFIRMED, at=now, by=by)
        allow_release(ticket, now=now, confirmed=True)
        enqueue("release_waiting", ticket.pk)
