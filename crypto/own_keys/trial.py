"""Trying a key of ours: one that has a passphrase looks like any other until something is signed or opened with it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from crypto.errors import CryptoError, KeyLockedError
from crypto.gnupg import import_secret_key, stop_agent
from crypto.openpgp import SecretKeyring
from crypto.own_keys.making import OwnKey, list_own_keys

_TRIAL = b"to see whether it can be used"


def own_trouble(home: Path, key: OwnKey, *, now: datetime) -> str:
    """Why a key of ours cannot be used, as OwnKey.trouble says it, and 'locked' besides."""
    return key.trouble(now) or ("locked" if _is_locked(home, key.fingerprint) else "")


def locked_keys_in(data: bytes, *, now: datetime) -> tuple[str, ...]:
    """Fingerprints of the secret keys in a file that have a passphrase; tried in a home that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wd-") as name:
        home = Path(name)
        try:
            import_secret_key(home, data)
            keys = list_own_keys(home, now=now)
            return tuple(key.fingerprint for key in keys if own_trouble(home, key, now=now) == "locked")
        finally:
            stop_agent(home)


def _is_locked(home: Path, fingerprint: str) -> bool:
    return any(_meets_a_lock(SecretKeyring(home), fingerprint, is_signed=each) for each in (True, False))


def _meets_a_lock(keyring: SecretKeyring, fingerprint: str, *, is_signed: bool) -> bool:
    """Whatever else goes wrong is no lock; who needs the key is told then."""
    try:
        if is_signed:
            keyring.sign_detached(_TRIAL, signer=fingerprint)
        else:
            keyring.decrypt(keyring.encrypt(_TRIAL, recipients=[keyring.export_certificate(fingerprint)]))
    except KeyLockedError:
        return True
    except CryptoError:
        return False
    return False
