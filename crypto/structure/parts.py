"""The encrypted parts of a mail that is not encrypted as a whole: found and counted, none of them opened here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crypto.errors import RefusedError
from crypto.structure.armor import message_blocks, unarmor
from crypto.structure.mime import MAX_DEPTH, MAX_PARTS, Entity, children, file_name, read_entity
from crypto.structure.packets import inspect_message, is_binary
from crypto.structure.protection import (
    Form,
    charset_of,
    ciphertext_of,
    find_encryption,
    is_encrypted,
    is_file,
    is_version,
)

MAX_ENCRYPTED = 20
"""More than that are not listed: whoever sends them has something else in mind."""
_LOOKED_AT = 5 * MAX_ENCRYPTED


class PartForm(StrEnum):
    """What an encrypted part is."""

    MIME = "mime"
    INLINE = "inline"
    FILE = "file"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class EncryptedPart:
    """One of them, with what gpg is to see. The name is safe to store; it is the file's as the mail names it."""

    form: PartForm
    name: str
    ciphertext: bytes = field(repr=False)
    charset: str = "utf-8"
    is_text: bool = False
    """Whether text is encrypted in it, in that charset, and not a MIME entity or a file."""


def encrypted_parts(raw: bytes) -> tuple[EncryptedPart, ...]:
    """The encrypted parts of a mail in its order, the same text in two forms counted once."""
    found: dict[bytes, EncryptedPart] = {}
    for part in itertools.islice(_parts(read_entity(raw)), _LOOKED_AT):
        found.setdefault(_packets(part.ciphertext), part)
        if len(found) >= MAX_ENCRYPTED:
            break
    return tuple(found.values())


def encrypted_data(part: EncryptedPart) -> bytes:
    """The body of its encrypted data packet, found without a key; empty where there is none that we would open."""
    try:
        return inspect_message(_packets(part.ciphertext)).data
    except RefusedError:
        return b""


def _packets(ciphertext: bytes) -> bytes:
    """What makes two armored copies of one message the same."""
    block = None if is_binary(ciphertext) else next(message_blocks(ciphertext), None)
    return (unarmor(block.body) if block else None) or ciphertext


def _parts(root: Entity) -> Iterator[EncryptedPart]:
    """Walks the mail as crypto.structure.mime.walk does, but not into what is one encrypted part already."""
    waiting = [(root, PartForm.FILE, 0)]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        entity, form, depth = waiting.pop()
        whole = _whole(entity)
        if whole is not None:
            yield whole
        elif inside := children(entity):
            deeper = zip(inside, _forms(inside), itertools.repeat(depth + 1), strict=False)
            waiting.extend(reversed(list(deeper)) if depth < MAX_DEPTH else ())
        else:
            yield from _of_leaf(entity, form)


def _forms(parts: Sequence[Entity]) -> list[PartForm]:
    """What each part would be if it were encrypted: behind a version stands PGP/MIME that something was added to."""
    before = [None, *parts[:-1]]
    return [PartForm.MIME if each is not None and is_version(each) else PartForm.FILE for each in before]


def _whole(entity: Entity) -> EncryptedPart | None:
    """A PGP/MIME message inside the mail, or a mail inside it that is encrypted as a whole."""
    if entity.type.startswith("message/"):
        inner = find_encryption(read_entity(entity.source, entity.body, entity.end))
        if inner is None:
            return None
        is_text = inner.form is Form.INLINE_ENCRYPTED
        return EncryptedPart(
            PartForm.FORWARD, file_name(entity), inner.ciphertext, inner.charset, is_text=is_text
        )
    data = ciphertext_of(entity) if entity.type.startswith("multipart/") else None
    return EncryptedPart(PartForm.MIME, file_name(data), data.content()) if data is not None else None


def _of_leaf(entity: Entity, form: PartForm) -> Iterator[EncryptedPart]:
    if not is_encrypted(entity):
        return
    content, is_text = entity.content(), entity.type.startswith("text/")
    blocks = (
        []
        if is_binary(content) and not is_text
        else list(itertools.islice(message_blocks(content), MAX_ENCRYPTED))
    )
    if not is_text or (is_file(entity) and len(blocks) == 1):
        if blocks or is_binary(content):
            yield EncryptedPart(form, file_name(entity), content)
        return
    for block in blocks:
        armor = content[block.start : block.end]
        yield EncryptedPart(PartForm.INLINE, "", armor, charset_of(block.body, entity), is_text=True)
