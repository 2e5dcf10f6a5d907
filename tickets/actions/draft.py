"""Keep what an agent has begun to write."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.living import hold_living
from tickets.models import Draft, Ticket


def save_draft(ticket: Ticket, text: str, *, by: User, now: datetime) -> None:
    """Keep the text, sealed, for its author only. An empty text is no draft.

    Raises NotPossibleNow when the ticket is being forgotten.
    """
    if not text.strip():
        discard_draft(ticket, by=by)
        return
    with transaction.atomic():
        hold_living(ticket)
        Draft.objects.update_or_create(ticket=ticket, author=by, defaults={"text": text, "updated": now})


def discard_draft(ticket: Ticket, *, by: User) -> None:
    """Delete what this agent has begun."""
    Draft.objects.filter(ticket=ticket, author=by).delete()
