"""Certificates that nobody looks into: for what is done with keys, not in them."""

from __future__ import annotations

from datetime import datetime

from crypto.correspondents.certificates import Certificate, State


def invented(
    letter: str, *, state: State = State.USABLE, expires: datetime | None = None, minimal: bytes = b""
) -> Certificate:
    """The certificate whose fingerprint is this hexadecimal digit, forty times."""
    return Certificate(
        fingerprint=letter * 40,
        addresses=frozenset({"ann@example.org"}),
        created=None,
        expires=expires,
        state=state,
        algorithm="ed25519",
        minimal=minimal or f"certificate {letter}".encode(),
    )
