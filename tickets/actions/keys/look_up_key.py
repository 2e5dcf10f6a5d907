"""Looking a key up: an agent has the network asked for a requester's key, and what is found waits to be compared."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from crypto.correspondents.history import Sighting
from crypto.errors import GnupgError
from crypto.keys import learn_key
from crypto.lookup import Asked, Network, Outcome, Place, look_up
from crypto.models import PublicKey
from helpdesk.lib.web import Proxy
from helpdesk.models import User
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.event import note_event
from tickets.actions.living import hold_living
from tickets.models import Event, Ticket

__all__ = ["Asked", "Outcome", "Place", "can_look_up", "look_up_key"]


def can_look_up() -> bool:
    """Whether there is a way to ask the network without showing who asks."""
    return bool(settings.LOOKUP_PROXY)


def look_up_key(ticket: Ticket, *, by: User, now: datetime) -> tuple[Asked, ...]:
    """Ask the requester's mail provider, then the key server; give what came of each.

    What is found is proposed, never used before an agent has compared it: whoever runs those servers could put any key
    there. Raises NotPossibleNow when there is no proxy, no address, or the ticket is being forgotten, and KeyTrouble
    when gpg does not work.
    """
    if not can_look_up() or not ticket.requester_address:
        raise NotPossibleNow
    with transaction.atomic():
        hold_living(ticket)
        # From now on others may know the address.
        note_event(ticket, Event.Kind.KEY_LOOKED_UP, at=now, by=by)
    network = Network(Proxy(settings.LOOKUP_PROXY, settings.LOOKUP_CA_FILE), settings.KEYSERVER)
    try:
        asked = look_up(ticket.requester_address, network=network, now=now)
    except GnupgError:
        raise KeyTrouble from None
    _learn(ticket, asked, by=by, now=now)
    return asked


@transaction.atomic
def _learn(ticket: Ticket, asked: tuple[Asked, ...], *, by: User, now: datetime) -> None:
    """The ticket may have been forgotten while the network was asked: then nothing is kept."""
    hold_living(ticket)
    for each in asked:
        seen = Sighting(PublicKey.Source(each.place.value), now, by=by)
        for certificate in each.certificates:
            row = learn_key(ticket.requester_address, certificate, seen)
            if row.state == PublicKey.State.PROPOSED and row.first_seen == now:
                note_event(ticket, Event.Kind.KEY_PROPOSED, at=now)
