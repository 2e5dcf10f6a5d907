"""OpenPGP packets, walked without understanding them: enough to refuse what gpg should never be shown."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from crypto.errors import RefusedError, SecretKeyError
from crypto.structure.armor import message_blocks, unarmor

MAX_CIPHERTEXT = 30_000_000
_STUB = 128
MAX_PACKETS = 100_000
FIRST_CHUNK = 512
"""A body in chunks begins with no smaller one (RFC 9580, section 4.2.1.4)."""
MAX_CHUNKS = 100_000
"""GnuPG writes 8 kB in each: of the biggest message, 4,000."""
MAX_RECIPIENTS = 20
MAX_HIDDEN_RECIPIENTS = 5

SESSION_KEY, SIGNATURE, SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY = 1, 2, 5, 6, 7
PASSPHRASE, UNPROTECTED, MARKER, USER_ID, PUBLIC_SUBKEY, PROTECTED, AUTHENTICATED = 3, 9, 10, 13, 14, 18, 20
ONE_PASS_SIGNATURE, COMPRESSED, LITERAL = 4, 8, 11

# How many curve names and numbers the public part of a key has, by algorithm.
_ECDH = 18
_PUBLIC_PARTS = {1: (0, 2), 2: (0, 2), 3: (0, 2), 16: (0, 3), 17: (0, 4), 18: (1, 1), 19: (1, 1), 22: (1, 1)}


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its tag, where it stands, and its body with partial lengths put together."""

    tag: int
    start: int
    end: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """The outside of an encrypted message."""

    recipients: tuple[str, ...]
    """Key ids of the public-key session keys, 16 upper-case hex digits; zeros for a hidden recipient."""
    data: bytes = field(repr=False)
    """The body of the encrypted data packet, de-framed: nobody without the key can change it."""
    head: bytes = field(repr=False)
    """The session keys and so little of the data that gpg finds the key and then has nothing to unpack."""


def inspect_message(data: bytes) -> Message:
    """Accept session keys followed by exactly one integrity-protected data packet, and nothing before or after."""
    if len(data) > MAX_CIPHERTEXT:
        raise RefusedError("ciphertext too large")
    recipients: list[str] = []
    found: Packet | None = None
    for packet in walk(data):
        if found is not None:
            raise RefusedError("something follows the encrypted data")
        if packet.tag == SESSION_KEY:
            recipients.append(packet.body[1:9].hex().upper())
            _check_recipients(recipients)
        elif packet.tag in {PROTECTED, AUTHENTICATED}:
            found = packet
        elif packet.tag not in {PASSPHRASE, MARKER}:
            raise RefusedError(
                "not an encrypted message" if packet.tag != UNPROTECTED else "no integrity protection"
            )
    if found is None:
        raise RefusedError("no encrypted data")
    stub = found.body[:_STUB]
    return Message(
        tuple(recipients), found.body, data[: found.start] + bytes((0xC0 | found.tag, len(stub))) + stub
    )


def _check_recipients(recipients: list[str]) -> None:
    # Each hidden recipient makes gpg try every secret key: 1,000 of them in 515 kB cost 17.5 s (measured).
    if len(recipients) > MAX_RECIPIENTS:
        raise RefusedError("too many recipients")
    if sum(not each.strip("0") for each in recipients) > MAX_HIDDEN_RECIPIENTS:
        raise RefusedError("too many hidden recipients")


def walk(data: bytes) -> Iterator[Packet]:
    """Each packet in turn; RefusedError where the bytes are not packets. Lazy, so that a caller can stop early."""
    position = 0
    for _ in range(MAX_PACKETS):
        if position >= len(data):
            return
        start = position
        tag, partial, length, position = _header(data, position)
        body = _take(data, position, length)
        position += length
        if partial:
            body, position = _chunks(data, position, body)
        yield Packet(tag, start, position, body)
    raise RefusedError("too many packets")


def _chunks(data: bytes, position: int, first: bytes) -> tuple[bytes, int]:
    """A body that is written in chunks, and where it ends. Of one octet each, 28 MB would be 14 million of them."""
    if len(first) < FIRST_CHUNK:
        raise RefusedError("the first chunk is too small")
    body = bytearray(first)
    for _ in range(MAX_CHUNKS):
        partial, length, position = _new_length(data, position)
        body += _take(data, position, length)
        position += length
        if not partial:
            return bytes(body), position
    raise RefusedError("too many chunks")


def _header(data: bytes, position: int) -> tuple[int, bool, int, int]:
    """Tag, whether the length is partial, length, and where the body begins."""
    first = data[position]
    if not first & 0x80:
        raise RefusedError("not an OpenPGP packet")
    if first & 0x40:
        return (first & 0x3F, *_new_length(data, position + 1))
    size = 1 << (first & 3)
    if size == 8:  # an old packet of unknown length goes on to the end
        return first >> 2 & 0x0F, False, len(data) - position - 1, position + 1
    length = int.from_bytes(_take(data, position + 1, size), "big")
    return first >> 2 & 0x0F, False, length, position + 1 + size


def _new_length(data: bytes, position: int) -> tuple[bool, int, int]:
    first = _take(data, position, 1)[0]
    if first < 192:
        return False, first, position + 1
    if first < 224:
        return False, ((first - 192) << 8) + _take(data, position + 1, 1)[0] + 192, position + 2
    if first == 255:
        return False, int.from_bytes(_take(data, position + 1, 4), "big"), position + 5
    return True, 1 << (first & 0x1F), position + 1


def _take(data: bytes, position: int, length: int) -> bytes:
    taken = data[position : position + length]
    if len(taken) != length:
        raise RefusedError("a packet is cut short")
    return taken


def fingerprint(body: bytes) -> str | None:
    """The fingerprint of a key packet's public part, or None of a version that gpg here cannot read."""
    if body[:1] != b"\x04":
        return None
    return (
        hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False).hexdigest().upper()
    )


def split_certificates(data: bytes) -> tuple[bytes, ...]:
    """The bytes of each certificate in a row of them, each from its primary key packet on; secret ones are refused."""
    starts: list[int] = []
    for packet in walk(data):
        if packet.tag in {SECRET_KEY, SECRET_SUBKEY}:
            raise SecretKeyError("a secret key")
        if packet.tag == PUBLIC_KEY:
            starts.append(packet.start)
    return tuple(data[start:end] for start, end in itertools.pairwise([*starts, len(data)]))


def dearmor(text: bytes) -> bytes:
    """The bytes of the only armored message in a text, mended where mail programs have damaged it."""
    blocks = list(itertools.islice(message_blocks(text), 2))
    data = unarmor(blocks[0].body) if len(blocks) == 1 else None
    if data is None:
        raise RefusedError("not one armored message")
    return data


def is_binary(data: bytes) -> bool:
    """Whether it begins with a packet: the first bit of every packet is set, and of no armor."""
    return data[:1] > b"\x7f"


def first_tag(data: bytes) -> int | None:
    """The tag of the first packet, of which the rest may be cut off; None of what is not binary."""
    if not is_binary(data):
        return None
    return data[0] & 0x3F if data[0] & 0x40 else data[0] >> 2 & 0x0F


def has_locked_secret(data: bytes) -> bool:
    """Whether any secret key in these packets is protected by a passphrase."""
    return any(packet.tag in {SECRET_KEY, SECRET_SUBKEY} and _is_locked(packet.body) for packet in walk(data))


def _is_locked(body: bytes) -> bool:
    """The octet after the public part says how the secret part is protected; 0 is not at all."""
    if body[:1] != b"\x04":
        return True
    curves, numbers = _PUBLIC_PARTS.get(body[5], (0, 0))
    position = 6
    for _ in range(curves):
        position += 1 + _take(body, position, 1)[0]
    for _ in range(numbers):
        position += 2 + (int.from_bytes(_take(body, position, 2), "big") + 7) // 8
    if body[5] == _ECDH:
        position += 1 + _take(body, position, 1)[0]
    return _take(body, position, 1) != b"\0"
