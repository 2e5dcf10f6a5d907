"""Acknowledging a first mail: when, in whose name and in which words, so that nobody learns anything by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crypto.verdict import Encryption, SignatureState
from tickets import breaker
from tickets.actions.automatic import Voice, decide_upon, is_somebody
from tickets.actions.event import note_event
from tickets.models import AutomaticText, Event, Message, Queue
from tickets.routing import queue_for


@dataclass(frozen=True, slots=True)
class First:
    """What is known of a ticket's first mail besides its rows."""

    addressed: tuple[str, ...]
    """To and Cc. A mail that names no address of ours there came over a list or as a blind copy."""
    is_silent: bool
    """Old mail, from an import: its sender has long stopped waiting."""
    is_report: bool
    """WhisperBack promises no answer by return, and many who use it hide that they do."""


def acknowledge(message: Message, first: First, *, now: datetime) -> bool:
    """Decide that the writer of a first mail is told that it arrived; part of the transaction that files it.

    Whether one is sent depends on the outside of the mail alone: what an encryption held is no reason for anything that
    the sender, or whoever watches, can see (security.md R6, R7).
    """
    ticket = message.ticket
    if first.is_silent or first.is_report or not message.is_from_the_requester or message.replayed:
        return False
    if ticket.claims_id or not is_somebody(ticket.requester_address):
        return False  # What answers a mail of ours is no first mail, whoever sends it.
    if not any(Queue.objects.at(address).exists() for address in first.addressed):
        return False
    voice = _voice(message, first)
    if not voice.queue.acknowledges or not breaker.may_reply(ticket.requester_address, now=now):
        return False
    decide_upon(ticket, AutomaticText.Kind.ACKNOWLEDGEMENT, voice, now=now)
    note_event(ticket, Event.Kind.ACKNOWLEDGED, at=now)
    return True


def _voice(message: Message, first: First) -> Voice:
    """The queue that answers, and its language.

    Where the mail was encrypted, queue and language of the ticket were found in what only we could read: who sends a
    stolen ciphertext would learn from the language of our answer that we opened it, and more. So the queue is the one
    that its address alone leads to, unless the writer's own key, known before, has signed it all (R2).
    """
    if message.encryption == Encryption.NONE or message.signature == SignatureState.VALID:
        return Voice(message.ticket.queue, message.ticket.language)
    return Voice(queue_for(first.addressed, None), "")
