"""Finds the public keys that a mail offers for the answer. Which of them is used is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from crypto.certificates import read_certificates
from crypto.errors import CryptoError
from tickets.mail.letter import Attachment, Letter, OfferedKey

BLOCK_BYTES = 200 * 1024
BLOCKS = 10
_BEGIN, _END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"


def keys_offered(letter: Letter, *, now: datetime) -> tuple[OfferedKey, ...]:
    """The keys in attachments, in the Autocrypt header and in the text, each fingerprint once, at most ten blocks."""
    found: dict[str, OfferedKey] = {}
    for number, (source, data) in enumerate(_blocks(letter)):
        if number >= BLOCKS:
            break
        for key in _keys_in(data, source, now):
            found.setdefault(key.fingerprint, key)
    return tuple(found.values())


def _blocks(letter: Letter) -> Iterator[tuple[str, bytes]]:
    for attachment in letter.attachments:
        if _is_key_file(attachment):
            yield "attachment", attachment.content
    if letter.autocrypt and len(letter.autocrypt) <= BLOCK_BYTES:
        yield "autocrypt", letter.autocrypt
    for block in armored_blocks(letter.text):
        yield "report", block.encode()


def armored_blocks(text: str) -> Iterator[str]:
    """The public key blocks in a text, each within its bound; a block without an end is none."""
    begin = text.find(_BEGIN)
    while begin >= 0:
        end = text.find(_END, begin)
        if end < 0:
            return
        end += len(_END)
        if end - begin <= BLOCK_BYTES:
            yield text[begin:end] + "\n"
        begin = text.find(_BEGIN, end)


def _is_key_file(attachment: Attachment) -> bool:
    if len(attachment.content) > BLOCK_BYTES:
        return False
    has_block = _BEGIN.encode() in attachment.content
    is_key_type = attachment.type == "application/pgp-keys"
    return is_key_type or (has_block and attachment.name.lower().endswith((".asc", ".txt", ".key", ".pub")))


def _keys_in(data: bytes, source: str, now: datetime) -> list[OfferedKey]:
    """A block that cannot be read offers nothing: it costs the mail nothing else."""
    try:
        certificates = read_certificates(data, now=now)
    except CryptoError:
        return []
    return [OfferedKey(each.fingerprint, source, each.minimal) for each in certificates if each.minimal]
