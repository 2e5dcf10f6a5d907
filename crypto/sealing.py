"""Sealing: AES-256-GCM with the place of a value as associated data, so that a sealed value opens nowhere else.

A sealed value is one version byte, a fresh 96-bit nonce and the ciphertext with its 128-bit tag (NIST SP 800-38D). Random
nonces are safe here: one key seals far fewer than 2^32 values.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import SealError

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
OVERHEAD = len(VERSION) + NONCE_BYTES + 16


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, place: str) -> bytes:
    """Encrypt `plaintext` so that it opens only with the same key at the same place."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """The inverse of `seal`; raises SealError when key, place or bytes are not the same."""
    if len(sealed) < OVERHEAD or sealed[:1] != VERSION:
        raise SealError("not a sealed value")
    nonce = sealed[1 : 1 + NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[1 + NONCE_BYTES :], place.encode())
    except InvalidTag:
        raise SealError("a sealed value does not open here") from None
