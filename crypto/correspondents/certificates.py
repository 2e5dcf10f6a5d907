"""Correspondents' keys: what a block of bytes offers, cleaned, measured and described, without trusting any of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from crypto.clock import at
from crypto.errors import RefusedError
from crypto.gnupg import Limits, run
from crypto.listing import ListedKey, parse_listing
from crypto.structure.blocks import armored_blocks
from crypto.structure.packets import (
    PUBLIC_KEY,
    PUBLIC_SUBKEY,
    SIGNATURE,
    fingerprint,
    is_binary,
    split_certificates,
    walk,
)

MAX_INPUT = 25_000_000
MAX_CERTIFICATE = 150_000
"""Binary; 200 kB when armored."""
MAX_SUBKEYS = 20
MAX_CERTIFICATES = 50
_CLEAN = ("--import-options", "import-export,import-minimal,import-clean,self-sigs-only")
_ALGORITHMS = {
    "1": "RSA",
    "2": "RSA",
    "3": "RSA",
    "16": "ElGamal",
    "17": "DSA",
    "18": "ECDH",
    "19": "ECDSA",
    "22": "EdDSA",
}
_BY_FACTORS = frozenset({"1", "2", "3", "16", "17"})
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+=~'-]+@[A-Za-z0-9.-]+")
_KEYS = (b"PUBLIC KEY BLOCK", b"PRIVATE KEY BLOCK")
_SOUND_BITS = 2_048


class State(StrEnum):
    """Whether one can encrypt to a certificate, and if not, why."""

    USABLE = "usable"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SIGN_ONLY = "sign_only"
    WEAK = "weak"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A public key as it was offered: who it says it is for, and whether it can be used."""

    fingerprint: str
    addresses: frozenset[str]
    created: datetime | None
    expires: datetime | None
    state: State
    algorithm: str
    minimal: bytes = field(repr=False)


def read_certificates(
    data: bytes, *, now: datetime, address: str | None = None, most: int = MAX_CERTIFICATES
) -> tuple[Certificate, ...]:
    """Every certificate in a block, armored or binary, with only its own signatures left; of very many, the first.

    With an address, only the user ids of that address are kept. A block with a secret key in it is refused whole.
    """
    if len(data) > MAX_INPUT:
        raise RefusedError("too large for a key")
    packets = (
        data if is_binary(data) else b"".join(block for kind, block in armored_blocks(data) if kind in _KEYS)
    )
    offered = split_certificates(packets)[:most]
    if not offered:
        return ()
    cleaned = _clean(b"".join(offered), now, address)
    described = {each.fingerprint: each for each in _describe(cleaned, now)}
    return tuple(
        described.get(name) or _unreadable(name)
        for name in dict.fromkeys(filter(None, map(fingerprint_of, offered)))
    )


def read_for(data: bytes, address: str, *, now: datetime) -> tuple[Certificate, ...]:
    """The certificates of a block with one user id each: the one of the address where there is one, else another.

    The others are nobody's business here: who has a key tells us one of their names, not all of them.
    """
    bound = {each.fingerprint: each for each in read_certificates(data, now=now, address=address)}
    if all(each.addresses for each in bound.values()):
        return tuple(bound.values())
    return tuple(
        bound[each.fingerprint] if bound[each.fingerprint].addresses else _one_user_id(each, address, now)
        for each in read_certificates(data, now=now)
    )


def _one_user_id(certificate: Certificate, address: str, now: datetime) -> Certificate:
    """Of the first of its addresses. A key that names none that a filter can name stays as it is."""
    others = sorted(filter(_PLAIN_ADDRESS.fullmatch, certificate.addresses))
    if not others or address.lower() in {each.lower() for each in certificate.addresses}:
        return certificate
    return read_certificates(certificate.minimal, now=now, address=others[0])[0]


def merge(known: bytes, other: Certificate, *, now: datetime) -> Certificate | None:
    """Two copies of one certificate as one: all that its owner ever signed of it counts, revocations first of all."""
    if not known:
        return other
    try:
        merged = read_certificates(_join(known, other.minimal), now=now)
    except RefusedError:
        return None
    return merged[0] if [each.fingerprint for each in merged] == [other.fingerprint] else None


def _join(known: bytes, other: bytes) -> bytes:
    """Each part once, with the signatures that either copy has of it. Which of them hold is for gpg to say.

    The key itself comes first, then its names, then its subkeys: the order that gpg wants, and that of the tags is not.
    """
    parts: dict[tuple[int, bytes], dict[bytes, bytes]] = {}
    for copy in (known, other):
        part: dict[bytes, bytes] = {}
        for packet in walk(copy):
            whole = copy[packet.start : packet.end]
            if packet.tag == SIGNATURE:
                part.setdefault(packet.body, whole)
            else:
                part = parts.setdefault((packet.tag, packet.body), {packet.body: whole})
    ordered = sorted(parts.items(), key=lambda item: (item[0][0] != PUBLIC_KEY, item[0][0] == PUBLIC_SUBKEY))
    return b"".join(whole for _, part in ordered for whole in part.values())


def _clean(offered: bytes, now: datetime, address: str | None) -> bytes:
    """Imported for nothing but to be cleaned and given back: the home is thrown away."""
    keep = [] if address is None else ["--import-filter", f"keep-uid=mbox = {_plain(address)}"]
    with tempfile.TemporaryDirectory(prefix="wd-") as folder:
        arguments = [*at(now), *_CLEAN, *keep, "--import"]
        return run(arguments, home=Path(folder), stdin=offered, limits=Limits(output=MAX_INPUT)).stdout


def _plain(address: str) -> str:
    """An address that cannot be read as more of the filter's little language; of any other, no user id is kept.

    gpg compares with the user id's address in lower case.
    """
    return address.lower() if _PLAIN_ADDRESS.fullmatch(address) else "nobody@invalid"


def _describe(cleaned: bytes, now: datetime) -> Iterator[Certificate]:
    """What gpg makes of each cleaned certificate. Joined by the fingerprint that we computed, never by a key id."""
    minimal = {fingerprint_of(each): each for each in split_certificates(cleaned)}
    with tempfile.TemporaryDirectory(prefix="wd-") as folder:
        # In a new home gpg 2.2 gives up on the first expired key under "trust-model always": it wants a trust database.
        arguments = [*at(now), "--trust-model", "pgp", "--with-colons", "--show-keys"]
        listing = run(arguments, home=Path(folder), stdin=cleaned).stdout
    for key in parse_listing(listing):
        if key.fingerprint in minimal:
            yield _certificate(key, minimal[key.fingerprint])


def _certificate(key: ListedKey, minimal: bytes) -> Certificate:
    return Certificate(
        fingerprint=key.fingerprint,
        addresses=key.addresses,
        created=key.created,
        expires=min(filter(None, (key.expires, key.encryption_ends)), default=None),
        state=_state(key, minimal),
        algorithm=_in_words(key),
        minimal=minimal,
    )


def _state(key: ListedKey, minimal: bytes) -> State:
    """In the order in which an agent would want to know."""
    subkeys = sum(packet.tag == PUBLIC_SUBKEY for packet in walk(minimal))
    if len(minimal) > MAX_CERTIFICATE or subkeys > MAX_SUBKEYS or key.validity in set("idn"):
        return State.UNREADABLE
    if key.validity == "r":
        return State.REVOKED
    if key.validity == "e":
        return State.EXPIRED
    if _is_weak(key.algorithm, key.bits) or any(_is_weak(*each) for each in key.encryption_subkeys):
        return State.WEAK
    if "E" in key.abilities:
        return State.USABLE
    return State.EXPIRED if key.encryption_ends else State.SIGN_ONLY


def _is_weak(algorithm: str, bits: int) -> bool:
    return algorithm in _BY_FACTORS and bits < _SOUND_BITS


def _in_words(key: ListedKey) -> str:
    name = _ALGORITHMS.get(key.algorithm, "unknown algorithm")
    return f"{name} {key.curve or key.bits}"


def _unreadable(name: str) -> Certificate:
    """A key that gpg cannot use: of a version it does not know, or without a signature of its own."""
    return Certificate(name, frozenset(), None, None, State.UNREADABLE, "unknown", b"")


def fingerprint_of(certificate: bytes) -> str:
    """The fingerprint of a certificate's primary key; empty of a version that gpg here cannot read."""
    return fingerprint(next(walk(certificate)).body) or ""
