"""Changing the desk's own keys: more time, new encryption subkeys, and the end of old ones."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from crypto.clock import at, moment
from crypto.directories import sync_directory
from crypto.errors import GnupgError, NoSecretKeyError
from crypto.gnupg import Piped, run, start_agent, stop_agent
from crypto.openpgp import SecretKeyring
from crypto.own_keys.making import OwnKey, OwnSubkey, list_own_keys, own_key

_SECOND = timedelta(seconds=1)
_RSA = "1"


def extend_key(
    home: Path, key: OwnKey, subkeys: Sequence[OwnSubkey], *, until: datetime, now: datetime
) -> None:
    """Let the key and these of its subkeys live until then; raises GnupgError when one does not."""
    _change(home, ["--quick-set-expire", key.fingerprint, moment(until)], now)
    _end_subkeys(home, key, subkeys, until=until, now=now)
    changed = own_key(home, key.fingerprint, now=now)
    ends = {changed.expires, *(each.expires for each in changed.subkeys if _is_one_of(each, subkeys))}
    if ends != {until.replace(microsecond=0)}:
        raise GnupgError("gpg did not extend the key")


def replace_subkeys(
    home: Path, key: OwnKey, old: Sequence[OwnSubkey], *, until: datetime, now: datetime
) -> OwnSubkey:
    """Add an encryption subkey and give it; the old ones end in public a second later, and go on opening mail here."""
    kind = "rsa4096" if any(each.algorithm == _RSA for each in old) else "cv25519"
    _change(home, ["--quick-add-key", key.fingerprint, kind, "encr", moment(until)], now)
    known = {each.fingerprint for each in key.subkeys}
    added = [
        each
        for each in own_key(home, key.fingerprint, now=now).subkeys
        if each.fingerprint not in known and each.encrypts and each.has_secret
    ]
    if len(added) != 1:
        raise GnupgError("gpg made no subkey")
    _end_subkeys(home, key, [each for each in old if each.is_living(now)], until=now + _SECOND, now=now)
    return added[0]


def remove_key(home: Path, fingerprint: str, *, now: datetime) -> None:
    """Delete a whole key of ours, secret and public; mail to it opens no more, for good."""
    own_key(home, fingerprint, now=now)
    start_agent(home)
    run(["--delete-secret-and-public-key", fingerprint], home=home)
    if any(key.fingerprint == fingerprint for key in list_own_keys(home, now=now)):
        raise GnupgError("gpg did not remove the key")


def destroy_subkey(home: Path, fingerprint: str, *, now: datetime) -> None:
    """Delete the secret part of a subkey of ours, and see that it opens nothing any more; others are not touched.

    Raises GnupgError when it must not go (mail is still encrypted to it, or another key is the same), or did not.
    """
    keys = list_own_keys(home, now=now)
    owner, subkey = _find_subkey(keys, fingerprint)
    if _is_needed(owner, subkey, now):
        raise GnupgError("mail is still encrypted to this subkey")
    if sum(subkey.keygrip == grip for key in keys for grip in key.keygrips) > 1:
        raise GnupgError("another key of ours is the same as this subkey")
    probe = _probe(home, subkey, now)
    folder = home / "private-keys-v1.d"
    (folder / f"{subkey.keygrip}.key").unlink(missing_ok=True)
    sync_directory(folder)
    stop_agent(home)
    if _find_subkey(list_own_keys(home, now=now), fingerprint)[1].has_secret or _opens(home, probe):
        raise GnupgError("the subkey still opens mail")


def _find_subkey(keys: Sequence[OwnKey], fingerprint: str) -> tuple[OwnKey, OwnSubkey]:
    for key in keys:
        for subkey in key.subkeys:
            if subkey.fingerprint == fingerprint:
                return key, subkey
    raise GnupgError("this subkey is not in the desk's keyring")


def _is_needed(key: OwnKey, subkey: OwnSubkey, now: datetime) -> bool:
    """Whether mail is encrypted to it, or would be again if the whole key, which has ended, were given more time."""
    lasting = [each for each in key.subkeys if each.encrypts and not each.is_revoked]
    last = max(lasting, key=lambda each: each.created, default=None)
    return subkey in {key.newest(now), last}


def _is_one_of(subkey: OwnSubkey, others: Sequence[OwnSubkey]) -> bool:
    return subkey.fingerprint in {each.fingerprint for each in others}


def _end_subkeys(
    home: Path, key: OwnKey, subkeys: Sequence[OwnSubkey], *, until: datetime, now: datetime
) -> None:
    if subkeys:
        names = [each.fingerprint for each in subkeys]
        _change(home, ["--quick-set-expire", key.fingerprint, moment(until), *names], now)


def _probe(home: Path, subkey: OwnSubkey, now: datetime) -> bytes:
    """A mail to this very subkey, as it could be made while it lived; empty for a revoked one."""
    then = min(now, subkey.expires - _SECOND) if subkey.expires else now
    arguments = ["--armor", "--recipient", f"{subkey.fingerprint}!", "--encrypt"]
    return run([*at(then), *arguments], home=home, stdin=secrets.token_bytes(16)).stdout


def _opens(home: Path, probe: bytes) -> bool:
    if not probe:
        return False
    try:
        SecretKeyring(home).decrypt(probe)
    except NoSecretKeyError:
        return False
    return True


def _change(home: Path, arguments: Sequence[str], now: datetime) -> None:
    """Our keys have no passphrase: nobody is there to type it."""
    start_agent(home)
    done = run(["--passphrase-fd", Piped(b""), *at(now), *arguments], home=home)
    if done.returncode != 0:
        raise GnupgError("gpg did not change the key")
