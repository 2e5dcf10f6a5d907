"""Where a mail address' key is published: Web Key Directory (draft-koch-openpgp-webkey-service) and key server, as URLs."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

_ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769"
WELL_KNOWN = "/.well-known/openpgpkey"


def advanced_url(local: str, domain: str) -> str:
    """Where it is asked for first: a host of its own for keys."""
    path = f"{WELL_KNOWN}/{domain}/hu/{local_hash(local)}?l={quote(local, safe='')}"
    return f"https://openpgpkey.{domain}{path}"


def direct_url(local: str, domain: str) -> str:
    """Where it is asked for when there is no such host."""
    return f"https://{domain}{WELL_KNOWN}/hu/{local_hash(local)}?l={quote(local, safe='')}"


def by_email_url(server: str, local: str, domain: str) -> str:
    """Where a verifying key server (VKS) gives the key whose owner has confirmed the address."""
    return f"{server.rstrip('/')}/vks/v1/by-email/{quote(f'{local}@{domain}', safe='')}"


def local_hash(local: str) -> str:
    """The part before the @ as a directory's entry: 32 letters. Only ASCII letters are lower-cased first."""
    lowered = "".join(letter.lower() if letter.isascii() else letter for letter in local)
    return z_base_32(hashlib.sha1(lowered.encode(), usedforsecurity=False).digest())


def z_base_32(data: bytes) -> str:
    """Five bits a letter, from the left, the last one filled up with zeros (RFC 6189, 5.1.6)."""
    bits = "".join(f"{byte:08b}" for byte in data)
    groups = (bits[start : start + 5].ljust(5, "0") for start in range(0, len(bits), 5))
    return "".join(_ALPHABET[int(group, 2)] for group in groups)
