"""MIME structure by byte offsets: which parts a mail has and where, without decoding, recursion or trust."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

MAX_PARTS = 1_000
MAX_DEPTH = 20
MAX_HEADER_BLOCK = 256 << 10
MAX_HEADERS = 1_000
MAX_HEADER = 4_096

_FIRST_DELIMITER = re.compile(rb"(?m)^--([^\r\n]{1,70}?)[ \t]*\r?$")
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
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


@dataclass(frozen=True, slots=True)
class Entity:
    """A mail or a part of one: `source[start:end]` is all of it, its body begins at `body`."""

    source: bytes = field(repr=False)
    start: int
    body: int
    end: int
    headers: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Lower-case names and raw values as they stand, folded."""

    def all(self, name: str) -> list[str]:
        """Every value of a header, unfolded; one that is too long to be honest is empty."""
        found = (value for each, value in self.headers if each == name)
        return [
            b"".join(value.splitlines()).strip().decode("latin-1") if len(value) <= MAX_HEADER else ""
            for value in found
        ]

    def raw(self) -> bytes:
        return self.source[self.start : self.end]

    def content(self) -> bytes:
        """The body with its transfer encoding undone; damaged encodings give what can be had."""
        body = self.source[self.body : self.end]
        encoding = (self.all("content-transfer-encoding") or ["7bit"])[0].lower().strip(" ;\"'")
        if encoding == "base64":
            return _from_base64(body)
        return quopri.decodestring(body) if encoding == "quoted-printable" else body

    @property
    def type(self) -> str:
        """The content type; text/plain without one, and of two that disagree the mail must not choose."""
        return (
            self._content_type().get_content_type() if len(self.all("content-type")) < 2 else "multiple/types"
        )

    def parameter(self, name: str) -> str:
        value = self._content_type().get_param(name, "")
        return value if isinstance(value, str) else ""

    def _content_type(self) -> Message:
        message = Message()
        message["Content-Type"] = (self.all("content-type") or ["text/plain"])[0]
        return message


def read_entity(source: bytes, start: int = 0, end: int | None = None) -> Entity:
    """Read the headers of an entity, as Python's own parser finds them: to the first line that cannot be one."""
    end = len(source) if end is None else end
    headers: list[tuple[str, bytes]] = []
    position = start
    for line in source[start : min(end, start + MAX_HEADER_BLOCK)].splitlines(keepends=True):
        found = _HEADER.match(line)
        if line[:1] in b" \t" and line.strip() and headers:
            headers[-1] = (headers[-1][0], headers[-1][1] + line)
        elif found and len(headers) < MAX_HEADERS:
            headers.append((found[1].decode("ascii").lower(), line[found.end() :]))
        elif not (position == start and line.startswith(b"From ")):
            return Entity(source, start, position + len(line) * (not line.strip()), end, tuple(headers))
        position += len(line)
    # No end of the headers in sight: only the few that an honest mail begins with could be believed, so none are.
    return Entity(source, start, position, end, tuple(headers) if position >= end else ())


def children(entity: Entity) -> list[Entity]:
    """The parts of a multipart, or the mail in a message/rfc822; at most MAX_PARTS + 1 of them."""
    if entity.type in _ENTITIES_INSIDE:
        return [read_entity(entity.source, entity.body, entity.end)]
    if not entity.type.startswith("multipart/"):
        return []
    boundary = entity.parameter("boundary").rstrip() or _lost_boundary(entity)
    if not boundary:
        return []
    return [
        read_entity(entity.source, start, end)
        for start, end in _sections(entity, boundary.encode("latin-1", "replace"))
    ]


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
    # The literal stands first, so that bodies of many short lines are passed over quickly.
    mark = b"--" + re.escape(boundary)
    line = re.compile(mark + rb"(?<![^\r\n]" + mark + rb")(--)?[ \t]*(?:(?=(\r\n|\r|\n))|\Z)")
    window = memoryview(entity.source)[entity.body : entity.end]
    begin: int | None = None
    for number, found in enumerate(line.finditer(window)):
        if begin is not None:
            yield begin, max(begin, _before_line_end(entity, entity.body + found.start()))
        begin = None if found[1] else entity.body + found.end() + len(found[2] or b"")
        if begin is None or number > MAX_PARTS:
            return
    if begin is not None:
        yield begin, entity.end


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
    message = Message()
    for name in ("content-disposition", "content-type"):
        for value in entity.all(name)[:1]:
            message[name] = value
    try:
        given = str(make_header(decode_header(message.get_filename("") or "")))
    except (ValueError, LookupError, HeaderParseError):
        return ""
    last = given.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    while len(clean.encode("utf-8", "replace")) > _NAME_BYTES:
        clean = clean[1:]
    return clean


def sender(entity: Entity) -> str | None:
    """The addr-spec of the one From, its domain lower-cased; None where readers could disagree about who it is."""
    values = entity.all("from")
    found = _MAILBOX.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    local, domain = (found["angle"] or found["bare"]).rsplit("@", 1)
    return f"{local}@{domain.lower()}"
