"""gpg's machine-readable key listing, read: one value for each primary key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")
_ADDRESS = re.compile(r"(?:.*<)?([^\s<>\"(),:;@\[\]\\]{1,200})@([^\s<>\"(),:;@\[\]\\]{1,200})>?")
_GONE = frozenset("rdni")
_DEAD = _GONE | {"e"}
_PRIMARY, _SUBKEY = frozenset({"pub", "sec"}), frozenset({"sub", "ssb"})


@dataclass(frozen=True, slots=True)
class ListedKey:
    """What gpg says of one key. `validity` and `abilities` are its letters (its doc/DETAILS explains them)."""

    fingerprint: str
    validity: str
    bits: int
    algorithm: str
    curve: str
    created: datetime | None
    expires: datetime | None
    abilities: str
    addresses: frozenset[str]
    encryption_subkeys: tuple[tuple[str, int], ...]
    """Algorithm and bits of each living subkey that encrypts."""
    encryption_ends: datetime | None
    """When the last of its keys that encrypt expires, or has expired; empty when one lives on or there is none."""


def parse_listing(raw: bytes) -> tuple[ListedKey, ...]:
    """Read `--with-colons` output. User ids are only taken for the addresses in them.

    Dead ones are not taken at all, unless the whole key is dead: then they say whose it was.
    """
    lines = [line.split(":") + [""] * 20 for line in raw.decode("utf-8", "replace").splitlines()]
    return tuple(_listed(group) for group in _groups(lines))


def _groups(lines: list[list[str]]) -> Iterator[list[list[str]]]:
    group: list[list[str]] = []
    for line in lines:
        if line[0] in _PRIMARY:
            if group:
                yield group
            group = []
        if group or line[0] in _PRIMARY:
            group.append(line)
    if group:
        yield group


def _listed(group: list[list[str]]) -> ListedKey:
    primary = group[0]
    # In small letters, what this very key can do; old RSA keys encrypt to the primary one.
    encrypting = [line for line in group if line[0] in {*_PRIMARY, *_SUBKEY} and "e" in line[11]]
    subkeys = [line for line in encrypting if line[0] in _SUBKEY and line[1] not in _DEAD]
    ends = [_moment(line[6]) for line in encrypting if line[1] not in _GONE]
    return ListedKey(
        fingerprint=next((line[9] for line in group if line[0] == "fpr"), ""),
        validity=primary[1],
        bits=_number(primary[2]),
        algorithm=primary[3],
        curve=primary[16],
        created=_moment(primary[5]),
        expires=_moment(primary[6]),
        abilities=primary[11],
        addresses=frozenset(
            address
            for line in group
            if line[0] == "uid" and (line[1] not in _DEAD or line[1] == primary[1])
            for address in _address(line[9])
        ),
        encryption_subkeys=tuple((line[3], _number(line[2])) for line in subkeys),
        encryption_ends=None if None in ends else max(filter(None, ends), default=None),
    )


def _address(user_id: str) -> Iterator[str]:
    """The addr-spec of a user id that is one or ends with one in angle brackets, its domain lower-cased."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), user_id)
    found = _ADDRESS.fullmatch(plain[:1_000])
    if found:
        yield f"{found[1]}@{found[2].lower()}"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() and int(text) else None
