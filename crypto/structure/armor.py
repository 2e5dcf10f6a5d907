"""Armored messages inside text that mail programs have damaged: where they stand, and their bytes with the damage undone.

Nothing here is a guess that could do harm: the integrity protection of a message (MDC or AEAD) covers every bit of it, so
a wrong repair gives a message that is refused, never a wrong text that is accepted. That is also why the armor's own
check sum is not looked at. All of it takes linear time.
"""

from __future__ import annotations

import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_BEGIN = b"-----BEGIN"
# What stands for the blanks inside "-----BEGIN PGP MESSAGE-----" after a line was broken, quoted, or made HTML.
_GAP = rb"(?:[ \t\r\n\xa0>|]|\xc2\xa0|=20|=C2=A0|&nbsp;|&#160;){1,8}"
_MARK = re.compile(
    rb"-----(BEGIN|END)" + _GAP + rb"PGP" + _GAP + rb"([A-Z]{1,12}(?:" + _GAP + rb"[A-Z]{1,12}){0,3})-----"
)
# Blanks that are not ASCII: no-break, zero-width and directional ones in UTF-8, no-break in Latin-1, soft hyphen, NUL.
_ODD_BLANK = re.compile(rb"\xc2[\xa0\xad]|\xe2\x80[\x80-\x8f\xa8-\xaf]|\xe2\x81\xa0|\xef\xbb\xbf|[\xa0\0]")
_TAG = re.compile(rb"<[^<>]{0,300}>")
_SIMPLE_TAG = re.compile(rb"(?i)</?(?:br|div|p|pre|span)[ ]?/?>|&nbsp;|&#160;|=20|=C2=A0")
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*")
_QUOTE = b" \t>|"
_NOT_WORDS = b" \t\r\n\f\v>|-=_*."
_AT_LINE_START = re.compile(rb"(?:\A|[\r\n>]|\xc2\xa0)[ \t>|-]{0,8}\Z")
_SHORTEST_WORD = 16
# The packets that an encrypted message can begin with: session keys by key and by passphrase, and the marker.
_FIRST_TAGS = frozenset({1, 3, 10})


@dataclass(frozen=True, slots=True)
class Block:
    """An armored message in a text: `text[start:end]` is all of it, with its marks."""

    start: int
    end: int
    body: bytes = field(repr=False)
    """What stands between its marks, as damaged as it came."""
    has_end: bool = True


def message_blocks(text: bytes) -> Iterator[Block]:
    """The armored messages in a text, in order. One whose end is lost goes on to the next mark."""
    if _BEGIN not in text:
        return
    marks = _MARK.finditer(text)
    ahead = next(marks, None)
    while ahead is not None:
        mark, ahead = ahead, next(marks, None)
        if mark[1] == b"BEGIN" and mark[2] == b"MESSAGE":
            yield from _block(text, mark, ahead)


def _block(text: bytes, mark: re.Match[bytes], after: re.Match[bytes] | None) -> Iterator[Block]:
    if after is not None and after[1] == b"END" and after[2] == b"MESSAGE":
        yield Block(mark.start(), after.end(), text[mark.end() : after.start()])
    elif _AT_LINE_START.search(text[max(mark.start() - 10, 0) : mark.start()]):
        end = after.start() if after is not None else len(text)
        yield Block(mark.start(), end, text[mark.end() : end], has_end=False)


def only_block(text: bytes) -> Block | None:
    """The armored message that is all that a reader would see of a text: no other mark, and no word around it."""
    block = next(message_blocks(text), None)
    if block is None or not block.has_end:
        return None
    return block if _says_nothing(text[: block.start]) and _says_nothing(text[block.end :]) else None


def is_empty(text: bytes) -> bool:
    """Whether a text shows nothing: white space of any kind."""
    return not _ODD_BLANK.sub(b"", _SIMPLE_TAG.sub(b"", text)).strip()


def unarmor(body: bytes) -> bytes | None:
    """The packets of a message from what stands between its marks; None when they cannot be had.

    They begin with the first word that begins a message, so a lost empty line or lost line breaks after the armor's
    headers do not matter. They end at the first '=': what follows is padding and check sum.
    """
    words = _words(body)
    first = next((number for number, word in enumerate(words) if _begins_message(word)), len(words))
    data = b"".join(words[first:]).partition(b"=")[0]
    if not data or _ALPHABET.fullmatch(data) is None:
        return None
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None


def _words(body: bytes) -> list[bytes]:
    """What is left of a body without quote marks, dash escapes, tags, odd blanks and undone quoted-printable."""
    # "=3D" could be the beginning of a check sum; undone or not, it ends the data all the same.
    if b"=3D" in body or b"=20" in body or b"=C2=A0" in body:
        body = quopri.decodestring(body)
    if b"<" in body or b"&" in body:
        body = _TAG.sub(b"\n", body)
        body = html.unescape(body.decode("latin-1")).encode("latin-1", "replace")
    lines = _ODD_BLANK.sub(b" ", body).splitlines()
    return [word for line in lines for word in line.lstrip(_QUOTE).removeprefix(b"- ").split()]


def _begins_message(word: bytes) -> bool:
    if len(word) < _SHORTEST_WORD or _ALPHABET.fullmatch(word[:_SHORTEST_WORD]) is None:
        return False
    first = binascii.a2b_base64(word[:4])[0]
    tag = first & 0x3F if first & 0x40 else first >> 2 & 0x0F
    return bool(first & 0x80) and tag in _FIRST_TAGS


def _says_nothing(around: bytes) -> bool:
    """Whether it is only what damage leaves: blanks, quote marks, dashes, line breaks of HTML."""
    return not _ODD_BLANK.sub(b"", _SIMPLE_TAG.sub(b"", around)).strip(_NOT_WORDS)
