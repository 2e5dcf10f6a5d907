"""Bringing a secret key of the desk into its keyring, for the two commands that do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from crypto.gnupg import import_secret_key
from crypto.listing import ListedKey
from crypto.own_keys.making import list_own_keys, secret_keys_in
from crypto.own_keys.trial import locked_keys_in


def bring_in(file: Path, *, now: datetime, only_say: bool = False) -> tuple[ListedKey, ...]:
    """Import the keys of a file once they were seen to sign and to open something, and give them.

    What cannot do so without a passphrase is refused: every mail to it would look as if its sender had spoilt it.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    found = secret_keys_in(data, now=now)
    if not found:
        raise CommandError("There is no secret OpenPGP key in this file.")
    for fingerprint in locked_keys_in(data, now=now):
        raise CommandError(
            f"The key {fingerprint} is locked with a passphrase, and nobody is there to type it. Remove it where the"
            f" key is: 'gpg --edit-key {fingerprint} passwd', with an empty new passphrase; then export it again with"
            f" 'gpg --armor --export-secret-keys {fingerprint}' and import that. Nothing was imported."
        )
    if not only_say:
        _import(data, {key.fingerprint for key in found}, now)
    return found


def _import(data: bytes, wanted: set[str], now: datetime) -> None:
    home = Path(settings.GNUPG_HOME)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    import_secret_key(home, data)
    if not wanted <= {key.fingerprint for key in list_own_keys(home, now=now)}:
        raise CommandError("GnuPG did not take the key.")
