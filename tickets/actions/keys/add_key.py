"""Adding a key by hand: an agent got it from the person on another way than mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from crypto.correspondents.certificates import Certificate, State, read_for
from crypto.correspondents.history import Sighting
from crypto.errors import CryptoError, SecretKeyError
from crypto.keys import learn_key
from crypto.models import PublicKey
from helpdesk.models import User
from tickets.actions.errors import ActionError
from tickets.actions.event import note_event
from tickets.actions.keys.confirm_key import confirm_key
from tickets.actions.living import hold_living
from tickets.models import Event, Ticket


class WhyNot(StrEnum):
    """What is wrong with what was given; the last ones are those of crypto.correspondents.certificates.State."""

    PRIVATE = "private"
    DAMAGED = "damaged"
    NO_KEY = "no_key"
    SEVERAL = "several"
    NOBODY = "nobody"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WEAK = "weak"
    SIGN_ONLY = "sign_only"
    UNREADABLE = "unreadable"


class KeyNotTaken(ActionError):  # noqa: N818 - read as a sentence
    """The key was not added, and why."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why


def add_key(ticket: Ticket, data: bytes, *, compared: bool, by: User, now: datetime) -> PublicKey:
    """Remember a key for the ticket's requester. It is used at once only if the agent has compared it with the person.

    Raises KeyNotTaken when there is not exactly one key in it that can be used, NotPossibleNow when the ticket is being
    forgotten. A revoked copy of a key that is known is taken, for what it says about that key.
    """
    if not ticket.requester_address:
        raise KeyNotTaken(WhyNot.NOBODY)
    certificate = _the_key_in(data, ticket.requester_address, now)
    seen = Sighting(PublicKey.Source.AGENT, now, by=by)
    with transaction.atomic():
        hold_living(ticket)
        row = learn_key(ticket.requester_address, certificate, seen)
        is_useless = not row.can_be_used(now)
        if is_useless and (row.trouble != State.REVOKED or row.first_seen == now):
            raise KeyNotTaken(WhyNot(row.trouble or State.EXPIRED))
        note_event(ticket, Event.Kind.KEY_ADDED, at=now, by=by)
        if compared and not is_useless:
            confirm_key(ticket, certificate.fingerprint, by=by, now=now)
    return row


def _the_key_in(data: bytes, address: str, now: datetime) -> Certificate:
    try:
        found = read_for(data, address, now=now)
    except SecretKeyError:
        raise KeyNotTaken(WhyNot.PRIVATE) from None
    except CryptoError:
        raise KeyNotTaken(WhyNot.DAMAGED) from None
    if len(found) != 1:
        raise KeyNotTaken(WhyNot.SEVERAL if found else WhyNot.NO_KEY)
    return found[0]
