"""Epoch keys: the few short-lived keys that wrap all ticket keys, in a directory outside the database and its backups.

The life of an epoch key is the life of a backup (design: sealing and forgetting). When it is destroyed, what only it
could unwrap is gone from every backup at once. The key for address look-ups lies beside them and does not rotate.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Collection
from datetime import date
from pathlib import Path

from crypto.directories import make_directory, sync_directory
from crypto.errors import EpochKeyMissingError, SealError
from crypto.sealing import KEY_BYTES, new_key, seal, unseal

_NAME = re.compile(r"epoch-(\d{4}-\d{2}-\d{2})(?:\.\d+)?\.key")
_LOOKUP = "lookup.key"


class EpochKeys:
    """The epoch keys of one directory, read when first needed and kept in memory.

    Several processes share the directory: a name that is not known yet makes the directory be read again.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._keys: dict[str, bytes] = {}

    def newest(self) -> str:
        """Name of the epoch key that new keys are wrapped with; raises EpochKeyMissingError when there is none."""
        names = self.names()
        if not names:
            raise EpochKeyMissingError("there is no epoch key: run 'manage.py rotate_epoch_keys'")
        return names[-1]

    def names(self) -> list[str]:
        """All epoch keys of the directory, oldest first. What another process has destroyed is dropped from memory."""
        if not self.directory.is_dir():
            return []
        found = [path.name for path in self.directory.iterdir() if _NAME.fullmatch(path.name)]
        for name in self._keys.keys() - {*found, _LOOKUP}:
            self._keys.pop(name, None)
        return sorted(found, key=lambda name: (name[6:16], len(name), name))

    def newest_day(self) -> date | None:
        """The day for which the newest epoch key was made; None when there is none."""
        names = self.names()
        return _day(names[-1]) if names else None

    def create(self, today: date) -> str:
        """Write a new epoch key, durable before this returns, and give its name."""
        make_directory(self.directory)
        number = 0
        while True:
            name = f"epoch-{today.isoformat()}{f'.{number}' if number else ''}.key"
            try:
                _write_new(self.directory / name, new_key())
            except FileExistsError:
                number += 1
            else:
                return name

    def destroy_older_than(self, day: date, *, in_use: Collection[str] = ()) -> list[str]:
        """Overwrite and unlink the epoch keys made before `day`, but never the newest or one in use; give their names."""
        old = [name for name in self.names()[:-1] if _day(name) < day]
        gone = [name for name in old if name not in in_use]
        for name in gone:
            path = self.directory / name
            # Overwriting is no promise on flash; the disk's own encryption covers that (see README, what still leaks).
            with path.open("r+b") as file:
                file.write(os.urandom(KEY_BYTES))
                os.fsync(file.fileno())
            path.unlink()
            self._keys.pop(name, None)
        return gone

    def wrap(self, key: bytes, identity: str, *, epoch: str) -> bytes:
        """Seal a key under an epoch key; `identity` says whose it is and must be the same to unwrap."""
        return seal(self._key(epoch), key, f"v1|key|{identity}|{epoch}")

    def unwrap(self, wrapped: bytes, identity: str, *, epoch: str) -> bytes:
        """The inverse of `wrap`; raises EpochKeyMissingError or SealError."""
        return unseal(self._key(epoch), wrapped, f"v1|key|{identity}|{epoch}")

    def digest(self, purpose: str, value: bytes) -> str:
        """HMAC-SHA256 of a value under the look-up key, in hex: equality and nothing else can be read from it.

        `purpose` keeps digests of different kinds apart, so that an address never equals a Message-ID.
        """
        return hmac.new(self._lookup(), purpose.encode() + b"\0" + value, hashlib.sha256).hexdigest()

    def _key(self, name: str) -> bytes:
        if not _NAME.fullmatch(name):
            raise EpochKeyMissingError("not the name of an epoch key")
        if name not in self._keys:
            self._keys[name] = _read(self.directory / name)
        return self._keys[name]

    def _lookup(self) -> bytes:
        if _LOOKUP not in self._keys:
            path = self.directory / _LOOKUP
            if not path.exists():
                make_directory(self.directory)
                # Another process may be first: its key is everybody's.
                with contextlib.suppress(FileExistsError):
                    _write_new(path, new_key())
            self._keys[_LOOKUP] = _read(path)
        return self._keys[_LOOKUP]


def _day(name: str) -> date:
    return date.fromisoformat(name[6:16])


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise EpochKeyMissingError("an epoch key is not in its directory") from None
    if len(key) != KEY_BYTES:
        raise SealError("an epoch key has the wrong length")
    return key


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that did not exist, readable by us only, durable with its directory entry.

    Its name appears when it is whole: other processes look for new keys at any time, and the first writer wins.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
    sync_directory(path.parent)
