"""A folder of key files, opened as a keyring for as long as it is needed: for looking at mail without the desk's keys."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crypto.correspondents.certificates import fingerprint_of
from crypto.errors import RefusedError
from crypto.gnupg import import_secret_key, run, stop_agent
from crypto.listing import parse_listing
from crypto.openpgp import KnownCertificate, SecretKeyring
from crypto.structure.blocks import armored_blocks
from crypto.structure.packets import has_locked_secret, is_binary, split_certificates

_PASSPHRASES = "*.passphrase"


@contextlib.contextmanager
def open_key_folder(folder: Path) -> Iterator[tuple[SecretKeyring, tuple[KnownCertificate, ...]]]:
    """Load armored or binary, secret and public keys, and `*.passphrase` files, into a home that is gone afterwards."""
    passphrases = [path.read_text("utf-8").rstrip("\r\n") for path in sorted(folder.glob(_PASSPHRASES))]
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.match(_PASSPHRASES)]
    with tempfile.TemporaryDirectory(prefix="wd-") as name:
        home = Path(name)
        try:
            # A key may be there twice, with a passphrase and without; gpg keeps the first, so the open ones go first.
            for key in sorted((path.read_bytes() for path in files), key=_is_locked):
                import_secret_key(home, key)
            yield SecretKeyring(home, passphrases), _known_certificates(home)
        finally:
            stop_agent(home)


def _is_locked(key: bytes) -> bool:
    try:
        blocks = [key] if is_binary(key) else [block for _, block in armored_blocks(key)]
        return any(has_locked_secret(block) for block in blocks)
    except RefusedError:
        return True


def _known_certificates(home: Path) -> tuple[KnownCertificate, ...]:
    exported = run(["--export-options", "export-minimal", "--export"], home=home).stdout
    addresses = {
        key.fingerprint: key.addresses
        for key in parse_listing(run(["--with-colons", "--list-keys"], home=home).stdout)
    }
    found = ((fingerprint_of(each), each) for each in split_certificates(exported))
    return tuple(KnownCertificate(each, name, addresses[name]) for name, each in found if name in addresses)
