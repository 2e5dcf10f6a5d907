"""Telling somebody, without a word of content, that an answer waits for them, or asking them for a key."""

from __future__ import annotations

from datetime import datetime

from tickets.actions.automatic.deciding import Voice, decide_upon, is_somebody
from tickets.actions.event import note_event
from tickets.models import AutomaticText, Event, Message, Outgoing, Queue


def tell_it_waits(message: Message, *, now: datetime) -> bool:
    """Tell the requester once that an answer waits, part of the transaction that keeps it; the ticket's row is locked.

    Once for all answers that wait at the same time. What is said is the queue's policy, and never anything of the
    ticket (security.md R6); its words are chosen by the language of the ticket only where that came in clear.
    """
    ticket = message.ticket
    waiting = Outgoing.objects.waiting_for_a_key().filter(message__ticket=ticket)
    if waiting.exclude(message=message).exists() or not is_somebody(ticket.requester_address):
        return False
    if not ticket.messages.from_the_requester().exists():
        return False  # Only machines wrote: a list or a daemon is not told anything.
    asks = ticket.queue.without_key == Queue.WithoutKey.ASK
    kind = AutomaticText.Kind.KEY_REQUEST if asks else AutomaticText.Kind.NOTICE
    voice = Voice(ticket.queue, "" if ticket.protected else ticket.language)
    decide_upon(ticket, kind, voice, now=now)
    note_event(ticket, Event.Kind.KEY_ASKED if asks else Event.Kind.NOTICED, at=now)
    return True
