"""A home with keys of the desk that a test may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crypto.errors import NoSecretKeyError
from crypto.gnupg import run
from crypto.openpgp import SecretKeyring
from crypto.own_keys.making import OwnKey, own_key
from tests.keyrings import DESK, secret_home

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def changeable_home(*names: str) -> Iterator[Path]:
    """A home of its own for each test: what it changes is seen by no other."""
    with secret_home(*(names or ("desk",))) as home:
        yield home


def the_key(home: Path, *, now: datetime = NOW, fingerprint: str = DESK) -> OwnKey:
    """What gpg knows of it now."""
    return own_key(home, fingerprint, now=now)


def mail_to(home: Path, subkey: str, *, now: datetime) -> bytes:
    """A message that somebody encrypted to this subkey alone."""
    clock = ["--faked-system-time", now.strftime("%Y%m%dT%H%M%S!")]
    arguments = [*clock, "--armor", "--recipient", f"{subkey}!", "--encrypt"]
    made = run(arguments, home=home, stdin=b"marmalade").stdout
    assert made
    return made


def opens(home: Path, message: bytes) -> bool:
    """Whether the desk can read it."""
    try:
        return SecretKeyring(home).decrypt(message).plaintext == b"marmalade"
    except NoSecretKeyError:
        return False
