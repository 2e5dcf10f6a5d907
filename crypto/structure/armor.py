"""Armored messages inside text that mail programs have damaged: where they stand, and their bytes with the damage undone.

Nothing here is a guess that could do harm: the integrity protection of a message (MDC or AEAD) covers every bit of it, so
a wrong repair gives a message that is refused, never a wrong text that is accepted. That is also why the armor's own
check sum is not looked at. All of it takes linear time, and no more memory than a few copies: there are no lists of
lines or words, of which a text that gzip makes small can have millions.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_MARKS = 1_000
"""Places in a text that begin like a mark; what stands behind so many is not looked at."""
MAX_AROUND = 64 << 10
"""More than so much beside a message is not what damage leaves."""
MAX_MARKUP = 100_000
"""Tags, and references, in a message that a mail program has made HTML; its lines have two tags each."""
_HEAD = 64 << 10
"""The armor's own headers are no longer."""

_BEGIN, _END = b"-----BEGIN", b"-----END"
# What stands for the blanks inside "-----BEGIN PGP MESSAGE-----" after a line was broken, quoted, or made HTML.
_GAP = rb"(?:[ \t\r\n\xa0>|]|\xc2\xa0|=20|=C2=A0|&nbsp;|&#160;){1,8}"
_MARK = re.compile(
    rb"-----(BEGIN|END)" + _GAP + rb"PGP" + _GAP + rb"([A-Z]{1,12}(?:" + _GAP + rb"[A-Z]{1,12}){0,3})-----"
)
# Blanks that are not ASCII: no-break, zero-width and directional ones in UTF-8, no-break in Latin-1, soft hyphen, NUL.
_ODD_BLANK = re.compile(rb"\xc2[\xa0\xad]|\xe2\x80[\x80-\x8f\xa8-\xaf]|\xe2\x81\xa0|\xef\xbb\xbf|[\xa0\0]")
_TAG = re.compile(rb"<[^<>]{0,300}>")
_SIMPLE_TAG = re.compile(rb"(?i)</?(?:br|div|p|pre|span)[ ]?/?>|&nbsp;|&#160;|=20|=C2=A0")
# References for what armor is made of, and for what stands around its lines.
_REFERENCES = {
    b" ": (b"&nbsp;", b"&#160;", b"&#xa0;", b"&#xA0;", b"&gt;", b"&#62;", b"&#13;", b"&#10;"),
    b"+": (b"&#43;", b"&#043;", b"&#x2b;", b"&#x2B;", b"&plus;"),
    b"/": (b"&#47;", b"&#047;", b"&#x2f;", b"&#x2F;", b"&sol;"),
    b"=": (b"&#61;", b"&#061;", b"&#x3d;", b"&#x3D;", b"&equals;"),
}
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# White space, quote marks, and the bytes that odd blanks are made of: none of them is a letter of armor.
_NO_DATA = b" \t\r\n\f\v\0>|\xa0\xad\xc2\xe2\x81\xef\xbb\xbf" + bytes(
    [*range(0x80, 0x90), *range(0xA8, 0xB0)]
)
# The beginning of a word of sixteen letters: the first line of a message has no fewer.
_WORD = re.compile(rb"(?:(?<=[\s\0>|\x80-\xbf])|\A)(?=[A-Za-z0-9+/]{16})")
_NOT_WORDS = b" \t\r\n\f\v>|-=_*."
_AT_LINE_START = re.compile(rb"(?:\A|[\r\n>]|\xc2\xa0)[ \t>|-]{0,8}\Z")
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
    marks = _marks(text)
    ahead = next(marks, None)
    while ahead is not None:
        mark, ahead = ahead, next(marks, None)
        if mark[1] == b"BEGIN" and mark[2] == b"MESSAGE":
            yield from _block(text, mark, ahead)


def _marks(text: bytes) -> Iterator[re.Match[bytes]]:
    nearest = {word: text.find(word) for word in (_BEGIN, _END)}
    for _ in range(MAX_MARKS):
        place = min((each for each in nearest.values() if each >= 0), default=-1)
        if place < 0:
            return
        found = _MARK.match(text, place)
        if found:
            yield found
        after = found.end() if found else place + 1
        nearest |= {word: text.find(word, after) for word, each in nearest.items() if 0 <= each < after}


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
    is_far = block.start > MAX_AROUND or len(text) - block.end > MAX_AROUND
    return block if not is_far and _says_nothing(text[: block.start] + b"\n" + text[block.end :]) else None


def is_empty(text: bytes) -> bool:
    """Whether a text shows nothing: white space of any kind."""
    return len(text) <= MAX_AROUND and not _without_blanks(text).strip()


def unarmor(body: bytes) -> bytes | None:
    """The packets of a message from what stands between its marks; None when they cannot be had.

    They begin with the first word that begins a message, so a lost empty line or lost line breaks after the armor's
    headers do not matter. They end at the first '=': what follows is padding and check sum.
    """
    body = _undone(body)
    words = (found.start() for found in _WORD.finditer(body, 0, _HEAD))
    first = next((place for place in words if _begins_message(body[place : place + 4])), None)
    if first is None:
        return None
    end = body.find(b"=", first)
    data = body[first : end if end >= 0 else len(body)].translate(None, delete=_NO_DATA)
    if data.translate(None, delete=_LETTERS):
        return None
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None


def _undone(body: bytes) -> bytes:
    """The text of a message without quoted-printable, tags, references and dash escapes."""
    # "=3D" could be the beginning of a check sum; undone or not, it ends the data all the same.
    if b"=3D" in body or b"=20" in body or b"=C2=A0" in body:
        body = quopri.decodestring(body)
    if body.count(b"<") <= MAX_MARKUP:
        body = _TAG.sub(b"\n", body)
    if 0 < body.count(b"&") <= MAX_MARKUP:
        for character, references in _REFERENCES.items():
            for reference in references:
                body = body.replace(reference, character)
    return body.replace(b"\n- ", b"\n")


def _begins_message(word: bytes) -> bool:
    first = binascii.a2b_base64(word)[0]
    tag = first & 0x3F if first & 0x40 else first >> 2 & 0x0F
    return bool(first & 0x80) and tag in _FIRST_TAGS


def _says_nothing(around: bytes) -> bool:
    """Whether it is only what damage leaves: blanks, quote marks, dashes, line breaks of HTML."""
    return not _without_blanks(around).strip(_NOT_WORDS)


def _without_blanks(text: bytes) -> bytes:
    return _ODD_BLANK.sub(b"", _SIMPLE_TAG.sub(b"", text))
