"""Correspondents' keys: learned from what they send, used for what we send, replaced only by a person."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Subquery

from crypto.correspondents.certificates import Certificate, merge
from crypto.correspondents.certificates import State as Usability
from crypto.correspondents.history import Kind, Sighting, note_change, note_sighting
from crypto.digests import address_digest, fingerprint_digest
from crypto.models import KeyEvent, PublicKey, SealKey
from crypto.openpgp import KnownCertificate

State = PublicKey.State
_LIVING = (State.IN_USE, State.PROPOSED)
_MAY_LIVE = frozenset({Usability.USABLE, Usability.EXPIRED})
"""An expired key is no lost one: its owner may give it more time."""


def learn_key(address: str, certificate: Certificate, seen: Sighting, *, unasked: bool = False) -> PublicKey:
    """Remember a key that came for an address. It never replaces one that is in use.

    The very first key of an address is used at once if it was seen inside an encrypted, intact message and the caller
    says that it may be, `unasked`; any other is proposed to an agent, also when all earlier ones are retired. One that
    cannot be encrypted to is remembered as such, and why. The same key again brings what is new in it.
    """
    try:
        with transaction.atomic():
            return _learned(address, certificate, seen, unasked=unasked)
    except IntegrityError:
        # Another worker learned a key for this address a moment ago: it stands, and is seen now.
        with transaction.atomic():
            return _learned(address, certificate, seen, unasked=unasked)


def _learned(address: str, certificate: Certificate, seen: Sighting, *, unasked: bool) -> PublicKey:
    digest, print_digest = address_digest(address), fingerprint_digest(certificate.fingerprint)
    known = PublicKey.objects.filter(address_digest=digest)
    # By the whole fingerprint: two keys with the same short id are two keys.
    locked = known.filter(fingerprint_digest=print_digest).select_for_update(of=("self",))
    same = locked.select_related("key").first()
    if same:
        others = known.exclude(pk=same.pk)
        return _seen_again(same, certificate, seen, may_be_used=unasked and not others.exists())
    may_be_used = unasked and seen.encrypted and not known.exists()
    identity = uuid.uuid4()
    row = PublicKey(
        id=identity,
        address_digest=digest,
        fingerprint_digest=print_digest,
        fingerprint=certificate.fingerprint,
        certificate=certificate.minimal,
        state=_state(certificate, may_be_used=may_be_used),
        trouble=_trouble(certificate),
        source=seen.source,
        encrypted=seen.encrypted,
        first_seen=seen.at,
        expires=certificate.expires,
    )
    row.key = SealKey.objects.make(identity)
    row.save(force_insert=True)
    note_sighting(row, seen)
    return row


def _state(certificate: Certificate, *, may_be_used: bool) -> PublicKey.State:
    if certificate.state not in _MAY_LIVE:
        return State.UNUSABLE
    return State.IN_USE if may_be_used else State.PROPOSED


def _trouble(certificate: Certificate) -> str:
    return "" if certificate.state in _MAY_LIVE else certificate.state.value


def _seen_again(row: PublicKey, certificate: Certificate, seen: Sighting, *, may_be_used: bool) -> PublicKey:
    """The same key: what its owner changed in it holds, whoever brings it, for only the owner can sign it.

    A proposed key that comes again inside an encrypted message is still not used unasked, but now it is a change. A
    retired one stays retired, unless an agent adds it by hand again.
    """
    may_be_used = may_be_used and seen.encrypted and row.encrypted
    row.encrypted |= seen.encrypted
    newer = _newer(row, certificate, seen.at)
    if newer:
        _renew(row, newer, seen)
    if row.state == State.UNUSABLE and not row.trouble:
        row.state = State.IN_USE if may_be_used else State.PROPOSED
    if row.state == State.RETIRED and not row.trouble and seen.source == PublicKey.Source.AGENT:
        row.state = State.PROPOSED
    note_sighting(row, seen)
    row.save(update_fields=["certificate", "state", "trouble", "encrypted", "expires"])
    return row


def _newer(row: PublicKey, certificate: Certificate, now: datetime) -> Certificate | None:
    """Both copies as one: an older or a stripped copy, which anybody can make, then takes nothing away."""
    if not certificate.minimal or certificate.minimal == row.certificate:
        return None
    return merge(row.certificate, certificate, now=now)


def _renew(row: PublicKey, newer: Certificate, seen: Sighting) -> None:
    """A revocation is for good: it is in the copy that is kept, and every later one is merged with that."""
    if newer.state is Usability.REVOKED and row.trouble != Usability.REVOKED:
        note_change(row, Kind.REVOKED, seen)
    elif row.expires and (newer.expires is None or newer.expires > row.expires):
        note_change(row, Kind.EXTENDED, seen)
    row.certificate, row.expires, row.trouble = newer.minimal, newer.expires, _trouble(newer)
    if row.trouble and row.state in _LIVING:
        row.state = State.UNUSABLE


@dataclass(frozen=True, slots=True)
class KeySeen:
    """A key, and how it was first seen."""

    fingerprint: str
    first_seen: datetime
    source: str
    encrypted: bool
    """Whether what brought it first was encrypted to us and whole."""
    trouble: str = ""
    """Why nothing can be encrypted to it: 'expired', 'revoked', 'weak', 'sign_only', 'unreadable'."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The key for an address, or why there is none to use."""

    certificate: bytes | None = field(default=None, repr=False)
    used: KeySeen | None = None
    """The key in use, also when it cannot be used just now."""
    proposed: KeySeen | None = None
    """Another one that waits to be compared. One that came in clear stops nothing: anybody can send it."""
    unusable: KeySeen | None = None
    """One that came since, and to which nothing can be encrypted."""
    changed: bool = False
    """The proposed one came inside an encrypted message: without a reason nothing is sent before both are compared."""
    held: bytes | None = field(default=None, repr=False)
    """The certificate in use, where only the change speaks against it."""
    compared: bool = False
    """A person has compared the key in use. Else it was learned unasked: it is whoever's first mail brought it."""
    elsewhere: bool = False
    """The key in use is known from another ticket only, and nobody has compared it."""

    @property
    def fingerprint(self) -> str:
        """Of the key in use."""
        return self.used.fingerprint if self.used else ""

    @property
    def trouble(self) -> str:
        """Why there is no certificate: 'proposed', 'elsewhere', or what is wrong with the key; else empty."""
        if self.certificate or self.changed:
            return ""
        if self.used:
            return "elsewhere" if self.elsewhere else self.used.trouble
        if self.proposed:
            return "proposed"
        return self.unusable.trouble if self.unusable else ""

    @property
    def to_be_compared(self) -> str:
        """The fingerprint of the key that waits for a person to compare it; empty when none does."""
        waits = self.proposed or (self.used if self.elsewhere else None)
        return waits.fingerprint if waits else ""

    def despite_the_change(self) -> Choice:
        """For those who know that the change comes from a stranger: the key in use goes on being used."""
        return replace(self, changed=False, certificate=self.held)

    def only_known_elsewhere(self) -> Choice:
        """For those who know that nothing connects the key in use with what they answer: it is not used there."""
        return replace(self, certificate=None, elsewhere=True)


def choose_key(address: str, *, now: datetime) -> Choice:
    """The key that an answer to `address` is encrypted to; a constant number of queries however many are known."""
    first = KeyEvent.objects.filter(public_key=OuterRef("pk"), kind=Kind.SEEN).order_by("at", "id")
    keys = PublicKey.objects.filter(address_digest=address_digest(address)).exclude(state=State.RETIRED)
    compared = KeyEvent.objects.filter(public_key=OuterRef("pk"), kind=Kind.CONFIRMED)
    rows = keys.annotate(was_encrypted=Subquery(first.values("encrypted")[:1]), compared=Exists(compared))
    known = list(rows.select_related("key").order_by("first_seen"))
    choice = _choice(known, {row.pk for row in known if row.was_encrypted}, now)
    return replace(choice, compared=any(row.compared for row in known if row.state == State.IN_USE))


def _choice(rows: Sequence[PublicKey], came_encrypted: Collection[uuid.UUID], now: datetime) -> Choice:
    used = _newest(row for row in rows if row.state == State.IN_USE)
    waiting = _newest(row for row in rows if row.state == State.PROPOSED and row.can_be_used(now))
    useless = (row for row in rows if row != used and not row.can_be_used(now))
    rest = _newest(row for row in useless if used is None or row.first_seen > used.first_seen)
    certificate = used.certificate if used and used.can_be_used(now) else None
    changed = bool(used and waiting and waiting.encrypted)
    return Choice(
        certificate=None if changed else certificate,
        used=_seen(used, came_encrypted, now),
        proposed=_seen(waiting, came_encrypted, now),
        unusable=_seen(rest, came_encrypted, now),
        changed=changed,
        held=certificate if changed else None,
    )


def _newest(rows: Iterable[PublicKey]) -> PublicKey | None:
    """The newest that came encrypted, or else the newest: what came in clear must not take its place on the page."""
    return max(rows, key=lambda row: (row.encrypted, row.first_seen), default=None)


def _seen(row: PublicKey | None, came_encrypted: Collection[uuid.UUID], now: datetime) -> KeySeen | None:
    if row is None:
        return None
    return KeySeen(
        fingerprint=row.fingerprint,
        first_seen=row.first_seen,
        source=row.source,
        encrypted=row.pk in came_encrypted,
        trouble=row.trouble_at(now),
    )


def known_certificates(address: str | None) -> tuple[KnownCertificate, ...]:
    """The keys under which a person's signatures are known: the one in use, for exactly this address."""
    if not address:
        return ()
    rows = PublicKey.objects.filter(
        address_digest=address_digest(address), state=State.IN_USE
    ).select_related("key")
    return tuple(
        KnownCertificate(
            certificate=row.certificate, fingerprint=row.fingerprint, addresses=frozenset({address.lower()})
        )
        for row in rows
    )


def forget_keys(digest: str) -> None:
    """Delete all keys of an address, by its digest, with their history and the keys that seal them."""
    rows = PublicKey.objects.filter(address_digest=digest)
    identities = list(rows.values_list("key_id", flat=True))
    rows.delete()
    SealKey.objects.filter(pk__in=identities).delete()
