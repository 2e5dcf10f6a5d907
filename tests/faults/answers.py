"""Approved answers, each with bytes of its own."""

from __future__ import annotations

import secrets

from django.utils import timezone

from tests.faults.invariants import CANARY
from tickets.models import Message, Outgoing, Ticket


def approve_answer(ticket: Ticket) -> Outgoing:
    """An answer that waits for its sender."""
    message = Message(
        ticket=ticket,
        kind=Message.Kind.OUTBOUND,
        created=timezone.now(),
        text=f"{CANARY} says: turn them on.",
    )
    message.save()
    words = f"From: desk@desk.example\r\nTo: ana@user.example\r\n\r\n{secrets.token_hex()}\r\n"
    outgoing = Outgoing(
        message=message,
        state=Outgoing.State.APPROVED,
        recipient="ana@user.example",
        sender="desk@desk.example",
        rendered=words.encode(),
        approved=timezone.now(),
    )
    outgoing.save()
    return outgoing
