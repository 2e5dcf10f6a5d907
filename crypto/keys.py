"""Correspondents' keys: learned from what they send, chosen for what we send, replaced only by a person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from crypto.certificates import Certificate
from crypto.digests import address_digest, fingerprint_digest
from crypto.models import PublicKey, SealKey
from crypto.openpgp import KnownCertificate

State = PublicKey.State


@dataclass(frozen=True, slots=True)
class Choice:
    """The key for an address, or why there is none to use."""

    certificate: bytes | None = None
    fingerprint: str = ""
    first_seen: datetime | None = None
    changed: bool = False
    """A different key came later, inside an encrypted message: nothing is sent before an agent has compared both."""
    proposed: str = ""
    """Fingerprint of the key that waits to be compared. One that came in clear stops nothing: anybody can send it."""
    trouble: str = ""
    """'expired' or 'proposed' when a key is there but cannot be used as it is."""


def learn_key(
    address: str,
    certificate: Certificate,
    *,
    source: PublicKey.Source,
    encrypted: bool,
    now: datetime,
    unasked: bool = True,
) -> PublicKey | None:
    """Remember a key that came with a mail. It never replaces one that is in use.

    The very first key of an address is used at once if it was seen inside an encrypted, intact message and the caller
    says that nobody need be asked; any other is proposed to an agent, also when all earlier ones are retired. Keys that could never be used (revoked, weak,
    sign-only, unreadable) are not learned. A key known already stays as it is, unless it comes revoked: then it is
    used no longer.
    """
    if certificate.state == "revoked":
        _keys_of(address, certificate.fingerprint).update(state=State.RETIRED)
    if certificate.state not in {"usable", "expired"}:
        return None
    try:
        with transaction.atomic():
            return _learned(address, certificate, source, now, encrypted=encrypted, unasked=unasked)
    except IntegrityError:
        # Another worker learned a key for this address a moment ago: it stands, and is seen now.
        return _learned(address, certificate, source, now, encrypted=encrypted, unasked=unasked)


def _learned(
    address: str,
    certificate: Certificate,
    source: PublicKey.Source,
    now: datetime,
    *,
    encrypted: bool,
    unasked: bool,
) -> PublicKey:
    digest, print_digest = address_digest(address), fingerprint_digest(certificate.fingerprint)
    known = PublicKey.objects.filter(address_digest=digest)
    same = known.filter(fingerprint_digest=print_digest).select_related("key").first()
    if same:
        return _refreshed(same, certificate, encrypted=encrypted)
    first = encrypted and unasked and not known.exists()
    identity = uuid.uuid4()
    row = PublicKey(
        id=identity,
        address_digest=digest,
        fingerprint_digest=print_digest,
        fingerprint=certificate.fingerprint,
        certificate=certificate.minimal,
        state=State.IN_USE if first else State.PROPOSED,
        source=source,
        encrypted=encrypted,
        first_seen=now,
        expires=certificate.expires,
    )
    row.key = SealKey.objects.make(identity)
    row.save(force_insert=True)
    return row


def choose_key(address: str, *, now: datetime) -> Choice:
    """The key that an answer to `address` is encrypted to; a constant number of queries however many are known."""
    keys = PublicKey.objects.filter(address_digest=address_digest(address)).exclude(state=State.RETIRED)
    rows = list(keys.select_related("key").order_by("first_seen"))
    used = next((row for row in rows if row.state == State.IN_USE), None)
    waiting = _to_compare([row for row in rows if row.state == State.PROPOSED])
    proposed = waiting.fingerprint if waiting else ""
    if used is None:
        if waiting is None:
            return Choice()
        return Choice(trouble="proposed", proposed=proposed, first_seen=waiting.first_seen)
    seen = Choice(fingerprint=used.fingerprint, first_seen=used.first_seen, proposed=proposed)
    if waiting and waiting.encrypted:
        return replace(seen, changed=True)
    if used.expires and used.expires <= now:
        return replace(seen, trouble="expired")
    return replace(seen, certificate=used.certificate)


def _to_compare(proposed: list[PublicKey]) -> PublicKey | None:
    """The newest that came encrypted, or else the newest: what came in clear must not take its place on the page."""
    return max(proposed, key=lambda row: (row.encrypted, row.first_seen), default=None)


def confirm_key(address: str, fingerprint: str) -> bool:
    """An agent has compared: use this key for the address and retire the others.

    False when there is no such key or it is retired, as by a colleague a moment ago. All rows of the address are
    locked, always in the same order, so of two agents who choose differently the second sees what the first did.
    """
    with transaction.atomic():
        keys = PublicKey.objects.filter(address_digest=address_digest(address))
        locked = keys.select_for_update().order_by("pk").values_list("pk", "fingerprint_digest", "state")
        living = {digest: pk for pk, digest, state in locked if state in {State.IN_USE, State.PROPOSED}}
        chosen = living.pop(fingerprint_digest(fingerprint), None)
        if chosen is None:
            return False
        keys.filter(pk__in=living.values()).update(state=State.RETIRED)
        keys.filter(pk=chosen).update(state=State.IN_USE)
    return True


def _keys_of(address: str, fingerprint: str) -> QuerySet[PublicKey]:
    return PublicKey.objects.filter(
        address_digest=address_digest(address), fingerprint_digest=fingerprint_digest(fingerprint)
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
    """Delete all keys of an address, by its digest, with the keys that seal them."""
    rows = PublicKey.objects.filter(address_digest=digest)
    identities = list(rows.values_list("key_id", flat=True))
    rows.delete()
    SealKey.objects.filter(pk__in=identities).delete()


def _refreshed(row: PublicKey, certificate: Certificate, *, encrypted: bool) -> PublicKey:
    """The same key again, perhaps with a later expiry: keep the newer one. A retired key stays retired.

    A proposed key that comes again inside an encrypted message is still not used unasked, but now it is a change.
    """
    if encrypted and not row.encrypted:
        row.encrypted = True
        row.save(update_fields=["encrypted"])
    if certificate.expires != row.expires and (
        certificate.expires is None or _later(certificate.expires, row.expires)
    ):
        row.certificate, row.expires = certificate.minimal, certificate.expires
        row.save(update_fields=["certificate", "expires"])
    return row


def _later(new: datetime, old: datetime | None) -> bool:
    return old is not None and new > old
