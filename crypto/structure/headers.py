"""The header block of a mail or of a part: read in one pass, and bounded, whatever it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message

MAX_HEADER_BLOCK = 256 << 10
MAX_HEADERS = 1_000
MAX_HEADER = 4_096
MAX_PARAMETERS = 64

_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
# The line end behind which a header is not continued: neither a blank line nor one that begins with no blank does it.
_HEADER_END = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?![ \t][ \t\v\f]*[^ \t\v\f\r\n])")
_BLANK_LINE = re.compile(rb"[ \t\v\f]*(?:\r\n|\r|\n|\Z)")
_ENVELOPE = re.compile(rb"From [^\r\n]*(?:\r\n|\r|\n|\Z)")

Headers = tuple[tuple[str, bytes], ...]
"""Lower-case names and raw values as they stand, folded."""


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The headers that are believed, and where the body begins."""

    headers: Headers = field(repr=False)
    body: int
    read: int
    """How many were read, believed or not."""


def read_headers(source: bytes, start: int, end: int, most: int) -> HeaderBlock:
    """Read headers as Python's own parser finds them: to the first line that cannot be one.

    Of a block that does not end within the limits nothing is believed: only what an honest mail begins with could be.
    """
    limit = min(end, start + MAX_HEADER_BLOCK)
    headers, body = _headers(source, start, limit, min(most, MAX_HEADERS))
    if _HEADER.match(source, body, limit) or (body >= limit and limit < end):
        return HeaderBlock((), body, len(headers))
    blank = _BLANK_LINE.match(source, body, limit)
    return HeaderBlock(tuple(headers), blank.end() if blank else body, len(headers))


def _headers(source: bytes, start: int, limit: int, most: int) -> tuple[list[tuple[str, bytes]], int]:
    """The headers, and where the next line stands. A folded one is taken as one piece: each byte is looked at once."""
    headers: list[tuple[str, bytes]] = []
    envelope = None if _HEADER.match(source, start, limit) else _ENVELOPE.match(source, start, limit)
    place = envelope.end() if envelope else start
    while len(headers) < most and (found := _HEADER.match(source, place, limit)):
        last = _HEADER_END.search(source, found.end(), limit)
        place = last.end() if last else limit
        headers.append((found[1].decode("ascii").lower(), source[found.end() : place]))
    return headers, place


def values_of(headers: Headers, name: str) -> list[str]:
    """Every value of a header, unfolded; one that is too long to be honest is empty."""
    return [
        b"".join(value.splitlines()).strip().decode("latin-1") if len(value) <= MAX_HEADER else ""
        for each, value in headers
        if each == name
    ]


def content_type(headers: Headers) -> str:
    """The content type; text/plain without one, and of two that disagree the mail must not choose."""
    if len(values_of(headers, "content-type")) > 1:
        return "multiple/types"
    return parsed(headers, "content-type").get_content_type()


def parsed(headers: Headers, *names: str) -> Message:
    """The first of each of these headers, for Python to read its parameters.

    It counts the quotes again at each semicolon: where there are very many, the header is as good as none.
    """
    message = Message()
    for name in names:
        for value in values_of(headers, name)[:1]:
            message[name] = value if value.count(";") <= MAX_PARAMETERS else ""
    return message
