"""What can go wrong with keys, gpg and sealed content; each class is a decision that a caller can make."""

from __future__ import annotations


class CryptoError(Exception):
    """Base of all: never carries content, addresses or key material in its text."""


class GnupgError(CryptoError):
    """gpg could not do its work (missing, misconfigured, out of room): ours to mend, the mail is kept."""


class GnupgTimeout(GnupgError):  # noqa: N818 - a timeout, as Python calls its own
    """gpg took longer than its budget and was killed with its process group."""


class KeyLockedError(GnupgError):
    """A key of ours has a passphrase, and nobody is there to type it: no fault of whoever wrote to us."""


class RefusedError(CryptoError):
    """The message was tampered with, is unauthenticated or over our limits: no byte of it may be used."""


class SecretKeyError(RefusedError):
    """A secret key, where only public ones belong: it is not looked into, and its owner has to be told."""


class NoSecretKeyError(CryptoError):
    """The message is encrypted, but not to a key that we have."""


class UnusableKeyError(CryptoError):
    """A public key that cannot be encrypted to: expired, revoked, weak, sign-only or not a key at all."""


class SealError(CryptoError):
    """A sealed value does not open: wrong key, wrong place or changed bytes."""


class EpochKeyMissingError(SealError):
    """The epoch key that wraps this key is not in the directory: it was destroyed, or the directory is wrong."""
