"""Learning keys from a letter: at most one for the person who wrote it, and never in place of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crypto.correspondents.certificates import Certificate, State, read_for
from crypto.correspondents.history import Sighting
from crypto.digests import address_digest, normalise_address
from crypto.errors import CryptoError
from crypto.keys import learn_key
from crypto.models import PublicKey
from crypto.verdict import Encryption
from tickets.actions.event import note_event
from tickets.mail.letter import Accepted, OfferedKey
from tickets.mail.reporter import Reporter
from tickets.models import Event, Message, Queue, Ticket

_SOURCES = {
    "report": PublicKey.Source.REPORT,
    "attachment": PublicKey.Source.ATTACHMENT,
    "autocrypt": PublicKey.Source.AUTOCRYPT,
}
_NEWS = {
    PublicKey.State.IN_USE.value: Event.Kind.KEY_LEARNED,
    PublicKey.State.PROPOSED.value: Event.Kind.KEY_PROPOSED,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """The one key that a letter offers for its writer."""

    address: str
    certificate: Certificate
    source: PublicKey.Source
    encrypted: bool


def offers_in(accepted: Accepted, reporter: Reporter, *, now: datetime) -> tuple[Offer, ...]:
    """The different keys that a letter offers for its writer: one can be learned, of several none.

    What stands beside the protection, where its carriers could put it, does not count against what stands inside. A
    key in a report is the reporter's by its place inside the encrypted text; one attached, in the text or in an
    Autocrypt header must name the writer's address.
    """
    if accepted.machine or not reporter.address:
        return ()
    address = normalise_address(reporter.address)
    inside = [each for each in accepted.keys if not each.is_outside]
    outside = [each for each in accepted.keys if each.is_outside]
    found = _certificates(inside, address, now=now)
    encrypted = bool(found) and accepted.letter.encryption is Encryption.OK
    found = found or _certificates(outside, address, now=now)
    first = {certificate.fingerprint: (certificate, source) for certificate, source in reversed(found)}
    return tuple(
        Offer(reporter.address, certificate, source, encrypted) for certificate, source in first.values()
    )


def learn(message: Message, offer: Offer, *, now: datetime) -> None:
    """Write the offered key down; part of the filing transaction.

    Anybody can encrypt to us under anybody's name. So the first key of somebody who has written to us before, without
    one, is not used unasked because another mail brings it: what waits for them would go to whoever sent that mail.
    Nor is one from a text that may be stolen (security.md R5).
    """
    ticket = message.ticket
    if Queue.objects.at(offer.address).exists():
        return  # Nobody else has keys for our own addresses, whoever writes under them.
    seen = Sighting(offer.source, now, encrypted=offer.encrypted, origin=message.pk)
    unasked = not message.replayed and not _wrote_elsewhere(offer.address, ticket)
    key = learn_key(offer.address, offer.certificate, seen, unasked=unasked)
    if key.first_seen == now and key.state in _NEWS:
        note_event(ticket, _NEWS[key.state], at=now)


def _wrote_elsewhere(address: str, ticket: Ticket) -> bool:
    return Ticket.objects.filter(requester_digest=address_digest(address)).exclude(pk=ticket.pk).exists()


def _certificates(
    offers: Sequence[OfferedKey], address: str, *, now: datetime
) -> list[tuple[Certificate, PublicKey.Source]]:
    return [
        (certificate, _SOURCES[offer.source])
        for offer in offers
        if _may_be_theirs(offer, address)
        for certificate in _read(offer, address, now)
        if offer.source == "report" or address in {normalise_address(uid) for uid in certificate.addresses}
    ]


def _may_be_theirs(offer: OfferedKey, address: str) -> bool:
    """Looked for before gpg is asked again: a mail may bring five hundred keys of others."""
    return offer.source == "report" or address.encode() in offer.certificate.lower()


def _read(offer: OfferedKey, address: str, now: datetime) -> tuple[Certificate, ...]:
    """A key that gpg cannot read has no bytes to keep; that it came is worth knowing all the same."""
    if not offer.certificate:
        return (Certificate(offer.fingerprint, frozenset(), None, None, State.UNREADABLE, "unknown", b""),)
    try:
        return read_for(offer.certificate, address, now=now)
    except CryptoError:
        return ()
