"""What is known of a person's keys, for people to read: each key described, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from crypto.correspondents.certificates import Certificate, read_certificates
from crypto.digests import address_digest, fingerprint_digest
from crypto.errors import CryptoError
from crypto.models import KeyEvent, PublicKey


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """One thing that happened to a key; see crypto.models.KeyEvent."""

    kind: str
    at: datetime
    source: str
    encrypted: bool
    origin: UUID | None
    by: str
    """The agent's name; empty when it was nobody."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of somebody, by its row and by what gpg says of it."""

    fingerprint: str
    state: str
    trouble: str
    """Why nothing can be encrypted to it, as in crypto.keys.KeySeen."""
    first_seen: datetime
    expires: datetime | None
    algorithm: str
    """'EdDSA ed25519', 'RSA 4096'; empty when nothing can be read of it."""
    made: datetime | None
    addresses: tuple[str, ...]
    """That it says it is for. A claim: anybody can make a key in anybody's name."""
    history: tuple[KeyMoment, ...]


def known_keys(address: str, *, now: datetime) -> tuple[KnownKey, ...]:
    """All keys of an address with their history: in use, then what waits, then the rest, each the newest first.

    Two queries, and gpg is run twice, however many they are.
    """
    history = Prefetch("events", KeyEvent.objects.select_related("by"))
    keys = PublicKey.objects.filter(address_digest=address_digest(address))
    rows = list(keys.select_related("key").prefetch_related(history).order_by("-first_seen"))
    described = _described(rows, now)
    return tuple(_known(row, described.get(row.fingerprint), now) for row in sorted(rows, key=_standing))


def is_in_use(address: str, fingerprint: str) -> bool:
    """Whether this is the key that mail to this address is encrypted to, in one query and opening nothing.

    One that expired meanwhile is: what was encrypted to it can still be read, and by nobody else than before.
    """
    rows = PublicKey.objects.filter(address_digest=address_digest(address), state=PublicKey.State.IN_USE)
    return rows.filter(fingerprint_digest=fingerprint_digest(fingerprint)).exists()


def _standing(row: PublicKey) -> int:
    return PublicKey.State.values.index(row.state)


def _described(rows: Sequence[PublicKey], now: datetime) -> dict[str, Certificate]:
    try:
        certificates = read_certificates(b"".join(row.certificate for row in rows), now=now)
    except CryptoError:
        return {}
    return {each.fingerprint: each for each in certificates}


def _known(row: PublicKey, certificate: Certificate | None, now: datetime) -> KnownKey:
    return KnownKey(
        fingerprint=row.fingerprint,
        state=row.state,
        trouble=row.trouble_at(now),
        first_seen=row.first_seen,
        expires=row.expires,
        algorithm=certificate.algorithm if certificate and certificate.minimal else "",
        made=certificate.created if certificate else None,
        addresses=tuple(sorted(certificate.addresses)) if certificate else (),
        history=tuple(_moment(event) for event in row.events.all()),
    )


def _moment(event: KeyEvent) -> KeyMoment:
    return KeyMoment(
        kind=event.kind,
        at=event.at,
        source=event.source,
        encrypted=event.encrypted,
        origin=event.origin,
        by=event.by.short_name if event.by else "",
    )
