"""Read how the reporter can be reached: an address, and a key in any form that WhisperBack accepts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

KeyKind = Literal["block", "fingerprint", "long_id", "short_id", "url"]

_ADDRESS = re.compile(r"[\w.!#$%&*+/=?^`{|}~'-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?([0-9A-Fa-f]{8,40})")
_KINDS: dict[int, KeyKind] = {8: "short_id", 16: "long_id", 40: "fingerprint"}
_BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_END = "-----END PGP PUBLIC KEY BLOCK-----"
_INCLUDED = "included below"
# Longer lines are no addresses; the limit keeps the search linear for hostile ones.
_LONGEST_LINE = 1000
_PUBLIC_KEY_PACKET = 6


@dataclass(frozen=True, slots=True)
class OpenPGPKey:
    """The key that a reporter named or enclosed. Nothing here says whose it is."""

    kind: KeyKind
    value: str | None
    block_is_parseable: bool | None
    fingerprint: str | None


def reply_address(from_line: str | None) -> str | None:
    """Give the first address in a line that may hold a name or a whole sentence around it."""
    match = _ADDRESS.search((from_line or "")[:_LONGEST_LINE])
    return match[0].strip("'").rstrip(".-_") if match else None


def cut_key_block(lines: Sequence[str], key_line: str | None) -> tuple[tuple[str, ...], str | None]:
    """Take the key block that stands after the user's words out of them.

    Only where the header says there is one: a block in the user's words is the user's words.
    """
    if (key_line or "").lower() != _INCLUDED:
        return tuple(lines), None
    ends = [number for number, line in enumerate(lines) if line.strip() == _END]
    begins = [number for number, line in enumerate(lines) if line.strip() == _BEGIN]
    if not ends or not (before := [number for number in begins if number < ends[-1]]):
        return tuple(lines), None
    begin, end = before[-1], ends[-1] + 1
    return (*lines[:begin], *lines[end:]), "\n".join(line.rstrip() for line in lines[begin:end]) + "\n"


def read_key(
    key_line: str | None, block: str | None, fingerprint_of: Callable[[str], str | None]
) -> OpenPGPKey | None:
    """Tell what kind of key the reporter gave. A line that is no key at all gives None."""
    if not key_line:
        return None
    if key_line.lower() == _INCLUDED:
        fingerprint = fingerprint_of(block) if block else None
        return OpenPGPKey("block", None, fingerprint is not None, fingerprint)
    short = key_line[:_LONGEST_LINE]
    if url := _URL.search(short):
        return OpenPGPKey("url", url[0], None, None)
    digits = _HEX.fullmatch(short.replace(" ", ""))
    kind = _KINDS.get(len(digits[1])) if digits else None
    if digits is None or kind is None:
        return None
    return OpenPGPKey(kind, key_line, None, digits[1].upper() if kind == "fingerprint" else None)


def fingerprint_of(block: str) -> str | None:
    """Give the fingerprint of the first public key in an armored block (version 4), or None."""
    data = _dearmor(block)
    body = _first_packet(data, _PUBLIC_KEY_PACKET) if data else None
    if not body or body[0] != 4 or len(body) > 0xFFFF:
        return None
    # SHA-1 is what RFC 4880 defines a fingerprint to be; nothing is trusted because of it.
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False)
    return digest.hexdigest().upper()


def _dearmor(block: str) -> bytes | None:
    lines = [line.strip() for line in block.splitlines()]
    if _BEGIN not in lines:
        return None
    lines = lines[lines.index(_BEGIN) + 1 :]
    if "" in lines:
        lines = lines[lines.index("") + 1 :]
    encoded = []
    for line in lines:
        if line == _END or (line.startswith("=") and len(line) == 5):
            break
        encoded.append(line)
    try:
        return base64.b64decode("".join(encoded), validate=True)
    except (binascii.Error, ValueError):
        return None


def _first_packet(data: bytes, tag: int) -> bytes | None:
    """Give the body of the packet that the data starts with, if it has this tag and is whole."""
    if len(data) < 6 or not data[0] & 0x80:
        return None
    if data[0] & 0x40:
        found, (size, start) = data[0] & 0x3F, _new_length(data)
    else:
        width = {0: 1, 1: 2, 2: 4}.get(data[0] & 0x03, 0)
        found, size, start = (data[0] >> 2) & 0x0F, int.from_bytes(data[1 : 1 + width], "big"), 1 + width
    body = data[start : start + size]
    return body if found == tag and size and len(body) == size else None


def _new_length(data: bytes) -> tuple[int, int]:
    if data[1] < 192:
        return data[1], 2
    if data[1] < 224:
        return ((data[1] - 192) << 8) + data[2] + 192, 3
    return (int.from_bytes(data[2:6], "big"), 6) if data[1] == 255 else (0, 2)
