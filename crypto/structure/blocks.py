"""Armored blocks of every kind in a text, as keys are sent and kept: each by itself, and mended where nothing is guessed."""

from __future__ import annotations

import binascii
import itertools
import re
from collections.abc import Iterator
from contextlib import suppress

from crypto.errors import RefusedError

MAX_MARKS = 10_000
"""Lines that could be the first or last of a block; what stands behind so many is not looked at."""

_BEGIN = re.compile(rb"-----BEGIN PGP ([A-Z0-9 ,/]{1,40})-----")
# Not more than a hundred headers and empty lines: each costs a place on the stack.
_HEADERS = re.compile(rb"(?:[ \t\r\xa0\xc2]*(?:[A-Za-z][A-Za-z0-9-]{0,40}:[^\n]*)?\n){0,100}")
_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}\Z")
# What mail programs leave in lines that should be empty: no-break spaces in UTF-8 and Latin-1, blanks, tabs.
_BLANK = b" \t\r\xa0\xc2"


def armored_blocks(text: bytes) -> list[tuple[bytes, bytes]]:
    """The kind and the bytes of each armored block in a text.

    Mends what needs no guessing, as mail programs do it to good messages: no-break spaces in the empty line, that
    line missing, blanks around lines. The check sum is not looked at: the integrity protection is what counts.
    """
    return [(kind, _decode(body)) for kind, body in _armors(text)]


def readable_blocks(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The same of what people wrote and pasted: a block that is damaged or does not end is passed over."""
    with suppress(RefusedError):
        for kind, armor in _armors(text):
            if (body := _decoded(armor)) is not None:
                yield kind, body


def _armors(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the inside of each block; raises RefusedError behind the last one when another has no end."""
    kind, begin = b"", 0
    for start, end in itertools.islice(_lines_like_marks(text), MAX_MARKS):
        line = text[start:end].strip(_BLANK + b"\n")
        if found := _BEGIN.fullmatch(line):
            kind, begin = found[1], end
        elif kind and line == b"-----END PGP " + kind + b"-----":
            yield kind, text[begin:start]
            kind = b""
    if kind:
        raise RefusedError("the armor does not end")


def _lines_like_marks(text: bytes) -> Iterator[tuple[int, int]]:
    """Where the lines stand that could be marks. A text can have millions of others, so there is no list of lines."""
    place = 0
    while (found := text.find(b" PGP ", place)) >= 0:
        start = text.rfind(b"\n", place, found) + 1 or place
        place = text.find(b"\n", found) + 1 or len(text)
        yield start, place


def _decode(armor: bytes) -> bytes:
    body = _decoded(armor)
    if body is None:
        raise RefusedError("the armor is damaged")
    return body


def _decoded(armor: bytes) -> bytes | None:
    head = _HEADERS.match(armor)
    data = armor[head.end() if head else 0 :].translate(None, delete=_BLANK + b"\n")
    try:
        return binascii.a2b_base64(data[:-5] if _CHECKSUM.match(data[-5:]) else data, strict_mode=True)
    except binascii.Error:
        return None
