"""How a mail that came is protected, found by its structure alone: PGP/MIME, inline OpenPGP, or only in part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from crypto.errors import RefusedError
from crypto.structure.armor import is_empty, message_blocks, only_block
from crypto.structure.mime import Entity, children, file_name, read_entity, walk
from crypto.structure.packets import (
    COMPRESSED,
    LITERAL,
    ONE_PASS_SIGNATURE,
    PASSPHRASE,
    PUBLIC_KEY,
    SECRET_KEY,
    SESSION_KEY,
    SIGNATURE,
    first_tag,
    is_binary,
)
from crypto.structure.packets import walk as packets_of

_NEXT_MARK = b"\n-----BEGIN PGP "
_SIGNED_MESSAGE = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
_CHARSET = re.compile(rb"^Charset: ?([A-Za-z0-9_.:-]{1,40})[ \t]*\r?$", re.MULTILINE)
_CHARSET_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_LOOK_INTO = 4_096
_MANGLED_PARTS = 4
# Besides text/plain, what old mutts call a body that is one armored block.
_PLAIN = frozenset({"text/plain", "application/pgp"})
_NAMED_LIKE_CIPHERTEXT = (".gpg", ".pgp")
# What else such files hold: keys, signatures, and signed files.
_NOT_ENCRYPTED = frozenset({PUBLIC_KEY, SECRET_KEY, SIGNATURE, ONE_PASS_SIGNATURE, COMPRESSED, LITERAL})


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
    whole = find_encryption(root)
    if whole is not None:
        return whole
    if root.type == "multipart/signed":
        return _signed(root)
    return (_clear_signed(root) if root.type in _PLAIN else None) or _partial(root)


def find_encryption(root: Entity) -> Protection | None:
    """The encryption of a mail as a whole, if it is that."""
    inside = children(root)
    # One transport wrapper that holds nothing else: an encrypted message in it is still all there is.
    is_wrapped = root.type == "multipart/mixed" and len(inside) == 1
    whole = inside[0] if is_wrapped else root
    if whole.type.startswith("multipart/"):
        data = ciphertext_of(whole)
        return Protection(Form.ENCRYPTED, root, ciphertext=data.content()) if data is not None else None
    if whole.type not in _PLAIN or (is_wrapped and is_file(whole)):
        return None
    text = whole.content()
    block = only_block(text)
    if block is None:
        return None
    return Protection(Form.INLINE_ENCRYPTED, root, ciphertext=text, charset=charset_of(block.body, whole))


def canonical(data: bytes) -> bytes:
    """The bytes as they were signed: every line ends with CRLF (RFC 3156, section 5)."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def ciphertext_of(entity: Entity) -> Entity | None:
    """The data part of a multipart that is nothing but one PGP/MIME message, also as mail servers mangle it.

    Exchange makes multipart/mixed of it, puts an empty text before it, makes the version an attachment in base64, and
    loses the types. What remains is still told by what the parts hold: nothing to see, "Version: 1", one message.
    """
    if entity.type == "multipart/signed":
        return None
    inside = children(entity)
    parts = [part for part in inside if not _is_empty_text(part)] if len(inside) <= _MANGLED_PARTS else []
    is_encrypted = entity.type == "multipart/encrypted"
    if len(parts) == 2 and is_version(parts[0]) and not children(parts[1]):
        return parts[1] if is_encrypted or _is_message(parts[1]) else None
    # Of a message that says what it is, the version may be lost.
    return parts[0] if is_encrypted and len(parts) == 1 and _is_message(parts[0]) else None


def _is_empty_text(part: Entity) -> bool:
    return part.type == "text/plain" and not is_file(part) and is_empty(part.content())


def is_version(part: Entity) -> bool:
    """Whether a part is the first one of PGP/MIME, which says its version and nothing else."""
    if part.type.startswith(("multipart/", "message/")):
        return False
    return part.type == "application/pgp-encrypted" or _beginning(part).strip().lower() == b"version: 1"


def _is_message(part: Entity) -> bool:
    if part.type.startswith(("multipart/", "message/", "text/html")):
        return False
    content = part.content()
    return begins_message(content) if is_binary(content) else only_block(content) is not None


def is_file(part: Entity) -> bool:
    """Whether a part is shown as a file and not as text."""
    disposition = (part.all("content-disposition") or [""])[0].lower()
    return disposition.startswith("attachment") or "filename" in disposition or bool(part.parameter("name"))


def begins_message(data: bytes) -> bool:
    """Whether binary data begin as an encrypted message does; not every file whose first bit is set is one."""
    try:
        first = next(packets_of(data), None)
    except RefusedError:
        return False
    if first is None or not (first.end == len(data) or is_binary(data[first.end :])):
        return False
    if first.tag == SESSION_KEY:
        return len(first.body) > 9 and first.body[0] in (3, 6)
    return first.tag == PASSPHRASE and first.body[:1] in (b"\4", b"\5", b"\6")


def _signed(root: Entity) -> Protection:
    parts = children(root)
    if len(parts) != 2 or parts[1].type != "application/pgp-signature":
        return _partial(root)
    # A signature around ciphertext says nothing about the words in it: whoever signs need not know them.
    if _partial(parts[0]).has_encrypted_part:
        return Protection(Form.PARTIAL, root, has_encrypted_part=True, has_signed_part=True)
    return Protection(Form.SIGNED, root, signed=parts[0], signature=parts[1].content())


def _clear_signed(root: Entity) -> Protection | None:
    text = root.content().strip(b" \t\r\n\xc2\xa0")
    if not text.startswith(_SIGNED_MESSAGE):
        return None
    lines = (text.partition(b"\n")[0].strip(), text[text.find(_NEXT_MARK) + 1 :].partition(b"\n")[0].strip())
    is_whole = text.count(_NEXT_MARK) == 1 and text.endswith(b"-----END PGP SIGNATURE-----")
    # Around ciphertext, whose dashes are escaped, a clear signature says as little as any other.
    if lines != (_SIGNED_MESSAGE, _SIGNATURE) or not is_whole or next(message_blocks(text), None):
        return None
    return Protection(Form.CLEAR_SIGNED, root, ciphertext=text + b"\n", charset=charset_of(b"", root))


def charset_of(text: bytes, root: Entity) -> str:
    """What the armor says, or else the mail; a name that could end the header it will be put into is not one."""
    named = _CHARSET.search(text[:1_000])
    charset = named[1].decode("ascii") if named else root.parameter("charset")
    return charset if _CHARSET_NAME.fullmatch(charset) and charset.lower() != "us-ascii" else "utf-8"


def _partial(root: Entity) -> Protection:
    """What is protected somewhere inside: said of the mail, but neither decrypted nor verified (security.md R4)."""
    encrypted = signed = False
    for entity in walk(root):
        encrypted = encrypted or is_encrypted(entity)
        signed = signed or _is_signed(entity)
    form = Form.PARTIAL if encrypted or signed else Form.NONE
    return Protection(form, root, has_encrypted_part=encrypted, has_signed_part=signed)


def is_encrypted(entity: Entity) -> bool:
    """Whether a part is encrypted, or has something encrypted in its text."""
    if entity.type in {"multipart/encrypted", "application/pgp-encrypted"}:
        return True
    if entity.type.startswith(("multipart/", "message/")):
        return False
    content = entity.content() if entity.type.startswith("text/") else _beginning(entity)
    if is_binary(content) and not entity.type.startswith("text/"):
        is_named = file_name(entity).lower().endswith(_NAMED_LIKE_CIPHERTEXT)
        return begins_message(content) or (is_named and first_tag(content) not in _NOT_ENCRYPTED)
    return next(message_blocks(content), None) is not None


def _is_signed(entity: Entity) -> bool:
    if entity.type == "application/pgp-signature":
        return True
    if entity.type != "text/plain":
        return False
    content = entity.content()
    return content.startswith(_SIGNED_MESSAGE) or b"\n" + _SIGNED_MESSAGE in content


def _beginning(entity: Entity) -> bytes:
    """Attachments can be large and are not text: only their first bytes are decoded."""
    return replace(entity, end=min(entity.end, entity.body + _LOOK_INTO)).content()
