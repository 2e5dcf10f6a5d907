"""Finds the public keys that a mail offers for the answer. Which of them is used is decided elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crypto.correspondents.certificates import Certificate, read_certificates
from crypto.errors import CryptoError
from crypto.structure.blocks import readable_blocks
from tickets.mail.letter import Attachment, Letter, OfferedKey
from tickets.mail.reporter import reporter_of

BLOCK_BYTES = 200 * 1024
BLOCKS = 10
KEYS = 20
_BEGIN = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_KIND = b"PUBLIC KEY BLOCK"


@dataclass(frozen=True, slots=True)
class _Block:
    source: str
    data: bytes
    is_outside: bool = False


def keys_offered(letter: Letter, *, now: datetime) -> tuple[OfferedKey, ...]:
    """The keys in a letter, each fingerprint once; what is protected best comes first.

    At most ten blocks and twenty keys, for gpg is asked about them: whoever sends more sends no key for the answer.
    Each block has a run of its own, so that one which gpg cannot read does not hide the next.
    """
    found: dict[str, OfferedKey] = {}
    left = KEYS
    for block in itertools.islice(_blocks(letter), BLOCKS):
        certificates = _certificates_in(block, now, left)
        for key in _keys_in(block, certificates):
            found.setdefault(key.fingerprint, key)
        left -= len(certificates)
        if left <= 0:
            break
    return tuple(found.values())


def _blocks(letter: Letter) -> Iterator[_Block]:
    """Where keys stand. Only WhisperBack's own place says whose a key is; a text may hold anybody's."""
    for data in _in_text(reporter_of(letter).key_block):
        yield _Block("report", data)
    for attachment in letter.attachments:
        if _is_key_file(attachment):
            yield _Block("attachment", attachment.content)
    for data in _in_text(letter.text):
        yield _Block("attachment", data)
    if letter.autocrypt and len(letter.autocrypt) <= BLOCK_BYTES:
        yield _Block("autocrypt", letter.autocrypt, is_outside=not letter.autocrypt_protected)


def _in_text(text: str) -> Iterator[bytes]:
    for kind, data in readable_blocks(text.encode("utf-8", "replace")):
        if kind == _KIND and len(data) <= BLOCK_BYTES:
            yield data


def _is_key_file(attachment: Attachment) -> bool:
    if len(attachment.content) > BLOCK_BYTES:
        return False
    has_block = _BEGIN in attachment.content
    is_key_type = attachment.type == "application/pgp-keys"
    return is_key_type or (has_block and attachment.name.lower().endswith((".asc", ".txt", ".key", ".pub")))


def _certificates_in(block: _Block, now: datetime, most: int) -> tuple[Certificate, ...]:
    """A block that cannot be read offers nothing: it costs the mail nothing else."""
    try:
        return read_certificates(block.data, now=now, most=most)
    except CryptoError:
        return ()


def _keys_in(block: _Block, certificates: Sequence[Certificate]) -> list[OfferedKey]:
    """A key that gpg can do nothing with is somebody's only in WhisperBack's own place: it cannot say itself whose it is."""
    return [
        OfferedKey(each.fingerprint, block.source, each.minimal, block.is_outside)
        for each in certificates
        if each.minimal or block.source == "report"
    ]
