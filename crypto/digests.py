"""How addresses and other identities are found again: by keyed digest, for equality and nothing else."""

from __future__ import annotations

import unicodedata

from crypto.vault import digest


def normalise_address(address: str) -> str:
    """The form under which an address is compared: NFC, lower case, without white space around it."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def address_digest(address: str) -> str:
    """Keyed digest of an address; empty for an empty one."""
    return digest("address", normalise_address(address)) if address.strip() else ""


def fingerprint_digest(fingerprint: str) -> str:
    """Keyed digest of an OpenPGP fingerprint."""
    return digest("fingerprint", fingerprint.upper())
