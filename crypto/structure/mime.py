"""MIME structure by byte offsets: which parts a mail has and where, without decoding, recursion or trust."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from crypto.structure.headers import (
    MAX_HEADER,
    MAX_HEADERS,
    Headers,
    content_type,
    parsed,
    read_headers,
    values_of,
)

MAX_PARTS = 1_000
MAX_DEPTH = 20
MAX_ENCODED_WORDS = 20

_FIRST_DELIMITER = re.compile(rb"(?m)^--([^\r\n]{1,70}?)[ \t]*\r?$")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:(?=(\r\n|\r|\n))|\Z)")
# Only what every reader takes literally: no quotes, no comments, nothing that is not ASCII, no encoded words.
_ATOM = r"(?:(?!=\?)[!#-'*+\-./0-9=?A-Z^-~]){1,200}"
_ADDR_SPEC = rf"{_ATOM}@{_ATOM}"
# A display name in quotes or without special characters before one address; or an address and a plain comment.
_MAILBOX = re.compile(
    rf"(?:(?:\"(?:[^\"\\]|\\.)*\"|[^<>\"(),:;@\\]*)\s*<(?P<angle>{_ADDR_SPEC})>|(?P<bare>{_ADDR_SPEC}))\s*(?:\([^()\\]*\))?"
)
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)
_NAME_BYTES = 120
_ENTITIES_INSIDE = {"message/rfc822", "message/global"}


@dataclass(slots=True)
class Reading:
    """One reading of a mail: what may still be looked at in it, all parts together, and the parts already found.

    Each limit alone would be multiplied by the number of parts, or by the depth of multiparts in each other.
    """

    entities: int = 2 * MAX_PARTS
    headers: int = 20 * MAX_HEADERS
    scanned: int = 200_000_000
    """Bytes in which boundaries are looked for: five levels of the biggest mail."""
    marks: int = 20 * MAX_PARTS
    """Places that begin like a boundary."""
    found: dict[tuple[int, int], list[Entity]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A mail or a part of one: `source[start:end]` is all of it, its body begins at `body`."""

    source: bytes = field(repr=False)
    start: int
    body: int
    end: int
    headers: Headers = field(repr=False)
    type: str
    reading: Reading = field(repr=False, compare=False)

    def all(self, name: str) -> list[str]:
        """Every value of a header, unfolded; one that is too long to be honest is empty."""
        return values_of(self.headers, name)

    def raw(self) -> bytes:
        return self.source[self.start : self.end]

    def content(self) -> bytes:
        """The body with its transfer encoding undone; damaged encodings give what can be had."""
        body = self.source[self.body : self.end]
        encoding = (self.all("content-transfer-encoding") or ["7bit"])[0].lower().strip(" ;\"'")
        if encoding == "base64":
            return _from_base64(body)
        return quopri.decodestring(body) if encoding == "quoted-printable" else body

    def parameter(self, name: str) -> str:
        value = parsed(self.headers, "content-type").get_param(name, "")
        return value if isinstance(value, str) else ""


def read_entity(
    source: bytes, start: int = 0, end: int | None = None, reading: Reading | None = None
) -> Entity:
    """Read the headers of an entity; its parts are read when somebody asks for them."""
    end = len(source) if end is None else end
    reading = reading or Reading()
    block = read_headers(source, start, end, reading.headers)
    reading.headers -= block.read
    return Entity(source, start, block.body, end, block.headers, content_type(block.headers), reading)


def children(entity: Entity) -> list[Entity]:
    """The parts of a multipart, or the mail in a message/rfc822; at most MAX_PARTS + 1 of them, each read once."""
    known, place = entity.reading.found, (entity.start, entity.end)
    if place not in known:
        known[place] = [
            read_entity(entity.source, start, end, entity.reading) for start, end in _inside(entity)
        ]
    return known[place]


def _inside(entity: Entity) -> Iterator[tuple[int, int]]:
    """Where the entities in an entity stand, as far as any more of this mail is looked at."""
    if entity.type in _ENTITIES_INSIDE:
        found = iter([(entity.body, entity.end)])
    elif entity.type.startswith("multipart/"):
        boundary = entity.parameter("boundary").rstrip() or _lost_boundary(entity)
        found = _sections(entity, boundary.encode("latin-1", "replace")) if boundary else iter(())
    else:
        return
    for place in found:
        if entity.reading.entities <= 0:
            return
        entity.reading.entities -= 1
        yield place


def _lost_boundary(entity: Entity) -> str:
    """The boundary of a message whose parameters a mail server has lost, as its first line says it.

    Only of encryption: nothing beside its data is ever shown, and the data prove themselves.
    """
    if entity.type != "multipart/encrypted":
        return ""
    found = _FIRST_DELIMITER.search(entity.source, entity.body, min(entity.end, entity.body + MAX_HEADER))
    return found[1].decode("latin-1") if found else ""


def _sections(entity: Entity, boundary: bytes) -> Iterator[tuple[int, int]]:
    # The line end before a delimiter belongs to the delimiter (RFC 2046), and so not to what is signed.
    begin: int | None = None
    for number, (start, found) in enumerate(_delimiters(entity, b"--" + boundary)):
        if begin is not None:
            yield begin, max(begin, _before_line_end(entity, start))
        begin = None if found[1] else found.end() + len(found[2] or b"")
        if begin is None or number > MAX_PARTS:
            return
    if begin is not None:
        yield begin, entity.end


def _delimiters(entity: Entity, mark: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where each line begins that is a delimiter, and its end. Bytes without marks cost next to nothing to pass over."""
    source, reading = entity.source, entity.reading
    reading.scanned -= entity.end - entity.body
    place = source.find(mark, entity.body, entity.end) if reading.scanned >= 0 else -1
    while place >= 0 and reading.marks > 0:
        reading.marks -= 1
        after = place + len(mark)
        found = _DELIMITER_END.match(source, after, entity.end)
        if found and (place == entity.body or source[place - 1] in b"\r\n"):
            yield place, found
        place = source.find(mark, after, entity.end)


def _before_line_end(entity: Entity, place: int) -> int:
    ending = entity.source[max(place - 2, entity.body) : place]
    return place - (2 if ending == b"\r\n" else len(ending[-1:]))


def walk(root: Entity) -> Iterator[Entity]:
    """The root and all below it, within the limits; what lies beyond them is not looked at."""
    waiting = [(root, 0)]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        entity, depth = waiting.pop()
        yield entity
        if depth < MAX_DEPTH:
            waiting.extend((child, depth + 1) for child in reversed(children(entity)))


def _from_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        # Its end is lost: what has come is had.
        kept = body.translate(None, delete=_NOT_BASE64)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


def file_name(entity: Entity) -> str:
    """The name of the file that a part is, safe to store; empty when it has none, or none that can be read."""
    given = parsed(entity.headers, "content-disposition", "content-type").get_filename("")
    try:
        if given.count("=?") <= MAX_ENCODED_WORDS:
            given = str(make_header(decode_header(given)))
    except (ValueError, LookupError, HeaderParseError):
        return ""
    last = given.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip(" .")[-_NAME_BYTES:]
    while len(clean.encode("utf-8", "replace")) > _NAME_BYTES:
        clean = clean[1:]
    return clean


def is_plain_address(text: str) -> bool:
    """Whether it is an addr-spec that every reader takes for the same: what `sender` finds, and what a mail may go to."""
    return re.fullmatch(_ADDR_SPEC, text) is not None


def sender(entity: Entity) -> str | None:
    """The addr-spec of the one From, its domain lower-cased; None where readers could disagree about who it is."""
    values = entity.all("from")
    found = _MAILBOX.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    local, domain = (found["angle"] or found["bare"]).rsplit("@", 1)
    return f"{local}@{domain.lower()}"
