"""How much of a mail is read: the sizes beyond which a mail is cut, so that no mail costs more than its share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tickets.mail.letter import Quarantine

TOTAL_BYTES = 40 * 1024 * 1024
PARTS = 1000
DEPTH = 20
HEADERS = 1000
HEADER_BYTES = 16 * 1024
HEADERS_BYTES = 256 * 1024
ADDRESSES = 100
REFERENCES = 50
TEXT_CHARACTERS = 4 * 1024 * 1024
HTML_CHARACTERS = 100_000
HTML_DEPTH = 200
NAME_BYTES = 120
SUBJECT_CHARACTERS = 2000


@dataclass(slots=True)
class Problems:
    """What could not be read as it stood, each said once, in words without content."""

    said: list[str] = field(default_factory=list)

    def note(self, problem: str) -> None:
        if problem not in self.said:
            self.said.append(problem)


def refuse_too_large(raw: bytes) -> None:
    """The one limit that stops a mail whole: nothing of it is read, and it is kept as it came."""
    if len(raw) > TOTAL_BYTES:
        raise Quarantine("too_large")


def header_block(
    raw: bytes, start: int, problems: Problems, closes: Callable[[bytes], bool] | None = None
) -> tuple[list[bytes], int]:
    """The header fields that begin at `start`, within the limits, and where the body begins. Linear.

    A field is its first line and the lines that continue it. The block ends at a blank line, or before the first
    line that cannot be a header: some programs forget the blank line. `closes` knows the delimiters of the multipart
    that the block is in; without it the block is the mail's own, and rubbish between its headers is passed over.
    """
    fields: list[bytes] = []
    size = 0
    last = -1
    for line, begin, end in _lines(raw, start):
        if not line.strip(b"\r\n"):
            return fields, end
        if line[:1] in b" \t" and fields:
            fields[-1] = _grown(fields[-1], line, problems)
        elif (closes and closes(line)) or not _is_header(line):
            problems.note("broken: the headers hold something else")
            last = last if closes or last >= 0 else _last_known_header(raw, begin)
            if begin > last:
                return fields, begin
        elif len(fields) >= HEADERS or size > HEADERS_BYTES:
            problems.note("cut: too many headers")
        else:
            fields.append(_grown(b"", _without_space(line), problems))
        size += min(len(line), HEADER_BYTES)
    return fields, len(raw)


_KNOWN_HEADER = re.compile(
    rb"^(?:from|to|subject|date|content-type|mime-version|message-id):", re.IGNORECASE | re.MULTILINE
)


def _last_known_header(raw: bytes, place: int) -> int:
    """Where the last header that every mail has begins, before the next blank line; 0 when there is none."""
    paragraph = raw[place : place + HEADERS_BYTES]
    paragraph = paragraph.partition(b"\n\n")[0].partition(b"\n\r\n")[0]
    return max((place + found.start() for found in _KNOWN_HEADER.finditer(paragraph)), default=0)


def _lines(raw: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """The lines from `place` on, each with where it begins and ends; nothing is copied ahead."""
    while place < len(raw):
        end = raw.find(b"\n", place) + 1 or len(raw)
        yield raw[place:end], place, end
        place = end


def _grown(field_so_far: bytes, line: bytes, problems: Problems) -> bytes:
    room = HEADER_BYTES - len(field_so_far)
    if len(line) <= room:
        return field_so_far + line
    problems.note("cut: a header is too long")
    return field_so_far if room <= 0 else field_so_far + line[:room]


def _without_space(line: bytes) -> bytes:
    """'Subject : x' as the first mail programs wrote it, and the last ones do not read."""
    name, colon, value = line.partition(b":")
    return name.rstrip(b" \t") + colon + value


def _is_header(line: bytes) -> bool:
    name, colon, _ = line[:HEADER_BYTES].partition(b":")
    name = name.rstrip(b" \t")
    return bool(colon and name) and all(33 <= byte <= 126 for byte in name)
