"""Acknowledging a first mail: to whom, so that nobody learns anything by it that they did not write themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crypto.verdict import Encryption
from tickets import breaker
from tickets.actions.automatic.deciding import Voice, decide_upon, is_somebody
from tickets.actions.event import note_event
from tickets.models import AutomaticText, Event, Message, Queue


@dataclass(frozen=True, slots=True)
class First:
    """What is known of a ticket's first mail besides its rows."""

    addressed: tuple[str, ...]
    """To and Cc. A mail that names no address of ours there came over a list or as a blind copy."""
    is_silent: bool
    """Old mail, from an import: its sender has long stopped waiting."""
    is_bound: bool
    """Who is answered stands inside the encryption, or has signed it: what was encrypted is theirs (R2)."""
    is_answer: bool
    """It names a mail as only we name ours, whether we know that one or not."""
    is_report: bool
    """WhisperBack promises no answer by return, and many who use it hide that they do."""


def acknowledge(message: Message, first: First, *, now: datetime) -> bool:
    """Decide that the writer of a first mail is told that it arrived; part of the transaction that files it.

    What was encrypted is acknowledged only to the one who wrote it, by what stands in it. Of a mail that could not be
    opened nobody is told, so an acknowledgement says that we opened it: to the thief of a ciphertext, or to whoever
    changes one bit after the other, that would be an answer (security.md R7). They cannot bind it to themselves.
    """
    ticket = message.ticket
    if message.encryption == Encryption.OK and not first.is_bound:
        return False
    if first.is_silent or first.is_report or not message.is_from_the_requester or message.replayed:
        return False
    # What answers a mail of ours is no first mail, whoever sends it. That a mail names one of somebody else's changes
    # nothing: who guesses Message-IDs would learn from our silence which of their writers wrote to us.
    if first.is_answer or not is_somebody(ticket.requester_address):
        return False
    if not any(Queue.objects.at(address).exists() for address in first.addressed):
        return False
    queue = ticket.queue
    if not queue.acknowledges or not breaker.claim_reply(ticket.requester_address, now=now):
        return False
    decide_upon(ticket, AutomaticText.Kind.ACKNOWLEDGEMENT, Voice(queue, ticket.language), now=now)
    note_event(ticket, Event.Kind.ACKNOWLEDGED, at=now)
    return True
