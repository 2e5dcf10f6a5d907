"""How an answer will travel, known before it is written: encrypted, waiting for a key, in clear, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q

from crypto.digests import address_digest
from crypto.keys import Choice, choose_key
from crypto.models import KeyEvent, PublicKey
from crypto.structure.mime import is_plain_address
from crypto.verdict import SignatureState
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
    """A way, and what is known of the keys that decide it."""

    way: Way
    choice: Choice = field(default_factory=Choice)

    @property
    def can_be_written(self) -> bool:
        """Whether an answer can be approved at all."""
        return self.way in {Way.ENCRYPTED, Way.WAITS, Way.CLEAR}


def travel_of(ticket: Ticket, *, now: datetime) -> Travel:
    """Decide by what is known now. What came in encrypted never leaves in clear (promise 3)."""
    address = ticket.requester_address
    if not is_plain_address(address) or Queue.objects.at(address).exists():
        return Travel(Way.NO_ADDRESS)  # Also mail in our own name: an answer would come back to us.
    if ticket.messages.unreleased().exists():
        return Travel(Way.REPLAYED)
    return _travel_by(key_for(ticket, now=now), may_be_plain=_may_be_plain(ticket))


def key_for(ticket: Ticket, *, now: datetime) -> Choice:
    """The key that whoever wrote in this ticket is answered with, or why there is none to use here.

    Anybody can have a first key learned under anybody's name, in a ticket of his own. So one that nobody has compared
    is used only where it came: for what was encrypted with it inside, or signed by it, its owner wrote. In every other
    ticket of that person the answer waits, also where it might have gone in clear, until somebody has compared.
    """
    choice = choose_key(ticket.requester_address, now=now)
    if choice.changed and not Ticket.objects.filter(stopped_by_a_change(now), pk=ticket.pk).exists():
        choice = choice.despite_the_change()
    if choice.certificate and not choice.compared and not _is_from_here(ticket, choice.fingerprint):
        return choice.only_known_elsewhere()
    return choice


def keys_known_in(ticket: Ticket) -> frozenset[str]:
    """Fingerprints of the requester's keys that a person has compared, or that came inside a mail of this ticket.

    Of no other key may be said here that we know it for this person: a stranger may have had it learned elsewhere.
    """
    came_here = Q(kind=KeyEvent.Kind.SEEN, encrypted=True, origin__in=ticket.messages.values("pk"))
    digest = address_digest(ticket.requester_address)
    known = KeyEvent.objects.filter(
        Q(kind=KeyEvent.Kind.CONFIRMED) | came_here, public_key__address_digest=digest
    )
    rows = PublicKey.objects.filter(pk__in=known.values("public_key")).select_related("key")
    return frozenset(row.fingerprint for row in rows)


def _is_from_here(ticket: Ticket, fingerprint: str) -> bool:
    """Whether a mail of this ticket brought the key inside its encryption, or is validly signed by it as a whole."""
    signed = ticket.messages.from_the_requester().filter(signature=SignatureState.VALID)
    return fingerprint in keys_known_in(ticket) or any(
        message.signature_fingerprint == fingerprint for message in signed.select_related("ticket__key")
    )


def stopped_by_a_change(now: datetime) -> Exists:
    """Of a ticket whose requester has a key in use: whether a different one stops its answers until both are compared.

    Anybody can encrypt to us under anybody's name, so who could bring the different key decides what it stops. Where
    a mail of this very ticket brought it, nothing is sent: here it may be the person's own, and the known one lost or
    stolen. Where the known key signed the mail that brought it, nothing is sent anywhere: that was the person, or a
    thief of the key. Else a stranger may have sent it to a ticket of his own. The other tickets go on with the known
    key and say what came, or he could keep us from answering whom he likes. Used it is nowhere.
    """
    brought = Message.objects.filter(pk=OuterRef("origin")).filter(
        Q(ticket=OuterRef(OuterRef("pk"))) | Q(signature=SignatureState.VALID)
    )
    sightings = KeyEvent.objects.filter(
        Q(public_key__expires__isnull=True) | Q(public_key__expires__gt=now),
        public_key__address_digest=OuterRef("requester_digest"),
        public_key__state=PublicKey.State.PROPOSED,
        kind=KeyEvent.Kind.SEEN,
        encrypted=True,
    )
    return Exists(sightings.filter(Q(origin__isnull=True) | Exists(brought)))


def _may_be_plain(ticket: Ticket) -> bool:
    """Only where nothing ever came encrypted, and the policy of its queue says so."""
    return not ticket.protected and ticket.queue.without_key == Queue.WithoutKey.PLAIN


def _travel_by(choice: Choice, *, may_be_plain: bool) -> Travel:
    if choice.changed:
        return Travel(Way.KEY_CHANGED, choice)
    if choice.certificate:
        return Travel(Way.ENCRYPTED, choice)
    return Travel(Way.CLEAR if may_be_plain and not choice.elsewhere else Way.WAITS, choice)
