"""The desk's own keys as gpg has them: which there are, until when, and what the world needs of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from crypto.clock import at
from crypto.correspondents.certificates import read_certificates
from crypto.errors import GnupgError
from crypto.gnupg import run, start_agent
from crypto.listing import ListedKey, parse_listing
from crypto.openpgp import SecretKeyring


@dataclass(frozen=True, slots=True)
class OwnSubkey:
    """A subkey of ours, and whether its secret part is in the home."""

    fingerprint: str
    keygrip: str
    created: datetime
    expires: datetime | None
    algorithm: str
    encrypts: bool
    is_revoked: bool
    has_secret: bool

    def is_living(self, now: datetime) -> bool:
        """Whether somebody who writes to us may use it."""
        return not self.is_revoked and (self.expires is None or self.expires > now)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of ours. A primary key may be kept elsewhere: then it signs and opens mail, but cannot be changed here."""

    fingerprint: str
    keygrip: str
    addresses: frozenset[str]
    expires: datetime | None
    is_revoked: bool
    has_secret: bool
    subkeys: tuple[OwnSubkey, ...]

    @property
    def keygrips(self) -> tuple[str, ...]:
        """Under these names the agent keeps its secret parts."""
        return self.keygrip, *(each.keygrip for each in self.subkeys)

    def newest(self, now: datetime) -> OwnSubkey | None:
        """The subkey that mail to us is encrypted to: of those that live, gpg takes the newest."""
        living = [each for each in self.subkeys if each.encrypts and each.is_living(now)]
        return max(living, key=lambda each: each.created, default=None)

    def end(self, now: datetime) -> datetime | None:
        """When mail can be encrypted to it no longer, unless something is done; None: never."""
        newest = self.newest(now)
        ends = [each.expires for each in (self, newest) if each is not None]
        return min((each for each in ends if each is not None), default=None)

    def trouble(self, now: datetime) -> str:
        """Why mail cannot be encrypted to it now, in the words of crypto.models.DeskKey.trouble."""
        if self.is_revoked:
            return "revoked"
        if self.expires is not None and self.expires <= now:
            return "expired"
        newest = self.newest(now)
        if newest is not None:
            return "" if newest.has_secret else "missing"
        ended = any(each.encrypts and not each.is_revoked for each in self.subkeys)
        return "expired" if ended else "sign_only"


def list_own_keys(home: Path, *, now: datetime) -> tuple[OwnKey, ...]:
    """All keys of which a secret part is in this home."""
    start_agent(home)
    # Not "always": in a new home gpg 2.2 gives up on the first expired key without a trust database.
    arguments = ["--trust-model", "pgp", "--with-colons", "--with-keygrip", "--list-secret-keys"]
    listing = run([*at(now), *arguments], home=home).stdout
    lines = [line.split(":") + [""] * 20 for line in listing.decode("utf-8", "replace").splitlines()]
    return tuple(
        _own_key(key, group) for key, group in zip(parse_listing(listing), _groups(lines), strict=True)
    )


def own_key(home: Path, fingerprint: str, *, now: datetime) -> OwnKey:
    """One of our keys by its whole fingerprint; raises GnupgError when it is not there."""
    for key in list_own_keys(home, now=now):
        if key.fingerprint == fingerprint:
            return key
    raise GnupgError("this key is not in the desk's keyring")


def secret_keys_in(data: bytes, *, now: datetime) -> tuple[ListedKey, ...]:
    """The secret keys that a file holds; nothing of them is kept."""
    arguments = ["--trust-model", "pgp", "--with-colons", "--import-options", "show-only", "--import"]
    with tempfile.TemporaryDirectory(prefix="wd-") as folder:
        listing = run([*at(now), *arguments], home=Path(folder), stdin=data).stdout
    lines = listing.splitlines(keepends=True)
    starts = [place for place, line in enumerate(lines) if line.startswith((b"sec:", b"pub:"))]
    groups = [b"".join(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]
    return tuple(key for group in groups if group.startswith(b"sec:") for key in parse_listing(group))


def certificate_for(home: Path, fingerprint: str, address: str, *, now: datetime) -> bytes:
    """Of one of our keys what the world needs to write to this address, binary; empty when it is not for it."""
    offered = SecretKeyring(home).export_certificate(fingerprint)
    found = read_certificates(offered, now=now, address=address)
    return found[0].minimal if len(found) == 1 and found[0].addresses else b""


def _own_key(key: ListedKey, lines: list[list[str]]) -> OwnKey:
    parts = list(_parts(lines))
    head, fingerprint, keygrip = parts[0]
    return OwnKey(
        fingerprint=fingerprint,
        keygrip=keygrip,
        addresses=key.addresses,
        expires=key.expires,
        is_revoked=head[1] == "r",
        has_secret=_is_here(head),
        subkeys=tuple(_own_subkey(*part) for part in parts[1:]),
    )


def _own_subkey(line: list[str], fingerprint: str, keygrip: str) -> OwnSubkey:
    return OwnSubkey(
        fingerprint=fingerprint,
        keygrip=keygrip,
        created=datetime.fromtimestamp(int(line[5]), UTC),
        expires=datetime.fromtimestamp(int(line[6]), UTC) if line[6] else None,
        algorithm=line[3],
        encrypts="e" in line[11],
        is_revoked=line[1] == "r",
        has_secret=_is_here(line),
    )


def _groups(lines: list[list[str]]) -> Iterator[list[list[str]]]:
    starts = [place for place, line in enumerate(lines) if line[0] == "sec"]
    for start, end in pairwise([*starts, len(lines)]):
        yield lines[start:end]


def _parts(lines: list[list[str]]) -> Iterator[tuple[list[str], str, str]]:
    """Each key and subkey with the fingerprint and the keygrip that stand below it."""
    for place, line in enumerate(lines):
        if line[0] in {"sec", "ssb"}:
            yield line, lines[place + 1][9], lines[place + 2][9]


def _is_here(line: list[str]) -> bool:
    """`#` stands for a secret part that is not here."""
    return line[14] != "#"
