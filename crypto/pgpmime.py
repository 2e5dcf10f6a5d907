"""Mail of ours, protected: RFC 3156 around it, its headers inside (RFC 9788), and our key for the answer (Autocrypt)."""

from __future__ import annotations

import base64
import copy
import re
import secrets
from collections.abc import Sequence
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP

from crypto.openpgp import SecretKeyring

HIDDEN_SUBJECT = "..."
# What a mail server or a mail program on the way needs. Everything else, and every subject, stays inside.
_OUTSIDE = frozenset(
    {
        *("from", "to", "cc", "reply-to", "date", "message-id", "in-reply-to", "references"),
        *("auto-submitted", "precedence", "x-auto-response-suppress"),
    }
)
_UNSAFE = re.compile(r"[\r\n\0]")
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    # A long Message-ID is as atomic there as in its own header; as free text it would be folded into encoded words.
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]  # its stub forgets the base class
POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
"""For the mails that are given here and that are made here."""


def build_encrypted(
    message: EmailMessage, *, keyring: SecretKeyring, signer: str, recipients: Sequence[bytes]
) -> bytes:
    """A signed and encrypted mail, ready to be sent. UnusableKeyError if it cannot be read by every recipient."""
    outside = [*_outer_headers(message), ("Subject", HIDDEN_SUBJECT)]
    entity = _payload(message, "cipher", outside)
    armor = keyring.sign_and_encrypt(entity, signer=signer, recipients=recipients)
    version = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    named = b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
    data = named + b'Content-Disposition: inline; filename="encrypted.asc"\r\n\r\n' + _crlf(armor)
    kind = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    return _assemble(outside, kind, (version, data), _autocrypt(message, keyring, signer))


def build_signed(message: EmailMessage, *, keyring: SecretKeyring, signer: str) -> bytes:
    """A mail that anybody can read and nobody can change; its headers are signed with it."""
    outside = [*_outer_headers(message), ("Subject", str(message["Subject"] or ""))]
    entity = _payload(message, "clear", [])
    armor = keyring.sign_detached(entity, signer=signer)
    named = b'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n'
    kind = 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512'
    return _assemble(outside, kind, (entity, named + _crlf(armor)), _autocrypt(message, keyring, signer))


def _outer_headers(message: EmailMessage) -> list[tuple[str, str]]:
    """The headers that may stand outside. A line break in one would be a header of somebody else's making."""
    for name, value in message.raw_items():
        if _UNSAFE.search(name) or _UNSAFE.search(str(value)):
            raise ValueError(f"unsafe header {name!r}")
    return [(name, str(value)) for name, value in message.items() if name.lower() in _OUTSIDE]


def _payload(message: EmailMessage, protection: str, outside: Sequence[tuple[str, str]]) -> bytes:
    """The message as it will be signed, with its headers in it and, where some are hidden, what is seen outside."""
    inner = copy.deepcopy(message)
    for name in ("Bcc", "HP-Outer"):
        del inner[name]
    inner.set_param("protected-headers", "v1")
    inner.set_param("hp", protection)
    for name, value in outside:
        inner["HP-Outer"] = f"{name}: {value}"
    return _crlf(inner.as_bytes(policy=POLICY))


def _assemble(
    headers: Sequence[tuple[str, str]], kind: str, parts: Sequence[bytes], autocrypt: bytes
) -> bytes:
    boundary = secrets.token_hex(24)
    lines = [
        POLICY.header_factory(name, value).fold(policy=POLICY).encode("ascii") for name, value in headers
    ]
    typed = f'MIME-Version: 1.0\r\nContent-Type: {kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    delimiter = f"--{boundary}".encode()
    body = b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts)
    return b"".join(lines) + autocrypt + typed + body + delimiter + b"--\r\n"


def _autocrypt(message: EmailMessage, keyring: SecretKeyring, signer: str) -> bytes:
    """Our key in a header, so that the answer can be encrypted to it. Written by hand: a folded key is no text."""
    addresses: tuple[Address, ...] = message["From"].addresses if message["From"] else ()
    if len(addresses) != 1:
        raise ValueError("a mail of ours has one From")
    key = base64.b64encode(keyring.export_certificate(signer))
    lines = [key[start : start + 76] for start in range(0, len(key), 76)]
    head = f"Autocrypt: addr={addresses[0].addr_spec}; prefer-encrypt=mutual; keydata=".encode("ascii")
    return head + b"".join(b"\r\n " + line for line in lines) + b"\r\n"


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
