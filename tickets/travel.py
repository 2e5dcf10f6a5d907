"""How an answer will travel, known before it is written: encrypted, waiting for a key, in clear, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crypto.keys import Choice, choose_key
from tickets.models import Message, Queue, Ticket


class Way(StrEnum):
    """The ways; each has its own sentence and its own button."""

    ENCRYPTED = "encrypted"
    WAITS = "waits"
    CLEAR = "clear"
    KEY_CHANGED = "key_changed"
    REPLAYED = "replayed"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Travel:
    """A way and what has to be said about it. `fingerprint` and `first_seen` are of the key it is encrypted to."""

    way: Way
    fingerprint: str = ""
    first_seen: datetime | None = None
    proposed: str = ""
    """Fingerprint of another key that came for this person and waits to be compared by an agent.

    When it is encrypted all the same, that key came in clear, where anybody could have put it.
    """
    trouble: str = ""
    """Why a key that is there cannot be used: 'expired', 'proposed' (an agent must compare it) or empty."""

    @property
    def can_be_written(self) -> bool:
        """Whether an answer can be approved at all."""
        return self.way in {Way.ENCRYPTED, Way.WAITS, Way.CLEAR}


def travel_of(ticket: Ticket, *, now: datetime) -> Travel:
    """Decide by what is known now. What came in encrypted never leaves in clear (promise 3)."""
    if not ticket.requester_address or Queue.objects.at(ticket.requester_address).exists():
        return Travel(Way.NO_ADDRESS)  # Also mail in our own name: an answer would come back to us.
    if ticket.messages.filter(kind=Message.Kind.INBOUND, replayed=True).exists():
        return Travel(Way.REPLAYED)
    choice = choose_key(ticket.requester_address, now=now)
    return _travel_by(choice, may_be_plain=_may_be_plain(ticket))


def _may_be_plain(ticket: Ticket) -> bool:
    """Only where nothing ever came encrypted, and the policy of its queue says so."""
    return not ticket.protected and ticket.queue.without_key == Queue.WithoutKey.PLAIN


def _travel_by(choice: Choice, *, may_be_plain: bool) -> Travel:
    if choice.changed:
        return Travel(Way.KEY_CHANGED, choice.fingerprint, choice.first_seen, choice.proposed)
    if choice.certificate:
        return Travel(Way.ENCRYPTED, choice.fingerprint, choice.first_seen, choice.proposed)
    way = Way.CLEAR if may_be_plain else Way.WAITS
    return Travel(way, choice.fingerprint, choice.first_seen, choice.proposed, choice.trouble)
