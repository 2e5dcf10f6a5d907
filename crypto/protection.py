"""How a mail that came is protected, found by its structure alone: PGP/MIME, inline OpenPGP, or only in part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from crypto.mime import Entity, children, read_entity, walk

_PREAMBLE = b"-----BEGIN PGP "
_MESSAGE = b"-----BEGIN PGP MESSAGE-----"
_SIGNED_MESSAGE = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
_LINE_WITH_MESSAGE = re.compile(rb"(?:\A|[\r\n])[ \t]{0,8}-----BEGIN PGP MESSAGE-----")
_CHARSET = re.compile(rb"^Charset: ?([A-Za-z0-9_.:-]{1,40})[ \t]*\r?$", re.MULTILINE)
_CHARSET_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_LOOK_INTO = 4_096


class Form(StrEnum):
    """How a mail is protected, as a whole; PARTIAL when only something inside it is."""

    NONE = "none"
    ENCRYPTED = "encrypted"
    INLINE_ENCRYPTED = "inline_encrypted"
    SIGNED = "signed"
    CLEAR_SIGNED = "clear_signed"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Protection:
    """The form, and the bytes that gpg is to see: all taken from the raw mail, none of them made again."""

    form: Form
    root: Entity
    ciphertext: bytes = field(default=b"", repr=False)
    signed: Entity | None = None
    signature: bytes = field(default=b"", repr=False)
    has_encrypted_part: bool = False
    has_signed_part: bool = False
    charset: str = "utf-8"


def find_protection(raw: bytes) -> Protection:
    """See how a mail is protected. Never by a header that could be added, never by what stands beside other parts."""
    root = read_entity(raw)
    if root.type == "multipart/encrypted":
        return _encrypted(root, root)
    if root.type == "multipart/signed":
        return _signed(root)
    if root.type == "text/plain":
        return _inline(root)
    inside = children(root)
    # One transport wrapper that holds nothing else: an encrypted message in it is still all there is.
    if root.type == "multipart/mixed" and len(inside) == 1 and inside[0].type == "multipart/encrypted":
        return _encrypted(root, inside[0])
    return _partial(root)


def canonical(data: bytes) -> bytes:
    """The bytes as they were signed: every line ends with CRLF (RFC 3156, section 5)."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _encrypted(root: Entity, entity: Entity) -> Protection:
    parts = children(entity)
    if len(parts) == 2 and parts[0].type == "application/pgp-encrypted" and not children(parts[1]):
        return Protection(Form.ENCRYPTED, root, ciphertext=parts[1].content())
    return Protection(Form.PARTIAL, root, has_encrypted_part=True)


def _signed(root: Entity) -> Protection:
    parts = children(root)
    if len(parts) != 2 or parts[1].type != "application/pgp-signature":
        return _partial(root)
    # A signature around ciphertext says nothing about the words in it: whoever signs need not know them.
    if _partial(parts[0]).has_encrypted_part:
        return Protection(Form.PARTIAL, root, has_encrypted_part=True, has_signed_part=True)
    return Protection(Form.SIGNED, root, signed=parts[0], signature=parts[1].content())


def _inline(root: Entity) -> Protection:
    text = root.content().strip(b" \t\r\n\xc2\xa0")
    begins = [line.strip() for line in text.split(b"\n") if line.startswith(_PREAMBLE)]
    if begins == [_MESSAGE] and text.startswith(_MESSAGE) and text.endswith(b"-----END PGP MESSAGE-----"):
        return Protection(Form.INLINE_ENCRYPTED, root, ciphertext=text, charset=_charset_of(text, root))
    whole = text.startswith(_SIGNED_MESSAGE) and text.endswith(b"-----END PGP SIGNATURE-----")
    if begins == [_SIGNED_MESSAGE, _SIGNATURE] and whole:
        return Protection(Form.CLEAR_SIGNED, root, ciphertext=text + b"\n", charset=_charset_of(b"", root))
    return _partial(root)


def _charset_of(text: bytes, root: Entity) -> str:
    """What the armor says, or else the mail; a name that could end the header it will be put into is not one."""
    named = _CHARSET.search(text[:1_000])
    charset = named[1].decode("ascii") if named else root.parameter("charset")
    return charset if _CHARSET_NAME.fullmatch(charset) and charset.lower() != "us-ascii" else "utf-8"


def _partial(root: Entity) -> Protection:
    """What is protected somewhere inside: said of the mail, but neither decrypted nor verified (security.md R4)."""
    encrypted = signed = False
    for entity in walk(root):
        encrypted = encrypted or _is_encrypted(entity)
        signed = signed or _is_signed(entity)
    form = Form.PARTIAL if encrypted or signed else Form.NONE
    return Protection(form, root, has_encrypted_part=encrypted, has_signed_part=signed)


def _is_encrypted(entity: Entity) -> bool:
    if entity.type in {"multipart/encrypted", "application/pgp-encrypted"}:
        return True
    if entity.type == "text/html":
        return _MESSAGE in entity.content()
    if entity.type.startswith(("multipart/", "message/")):
        return False
    return bool(
        _LINE_WITH_MESSAGE.search(entity.content() if entity.type.startswith("text/") else _beginning(entity))
    )


def _is_signed(entity: Entity) -> bool:
    if entity.type == "application/pgp-signature":
        return True
    return (
        entity.type == "text/plain"
        and re.search(rb"(?m)^-----BEGIN PGP SIGNED MESSAGE-----", entity.content()) is not None
    )


def _beginning(entity: Entity) -> bytes:
    """Attachments can be large and are not text: only their first bytes are decoded."""
    return Entity(
        entity.source, entity.start, entity.body, min(entity.end, entity.body + _LOOK_INTO), entity.headers
    ).content()
