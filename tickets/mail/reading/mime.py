"""Takes a mail apart into its parts: one linear pass over the bytes, bounded in depth and number by construction.

The standard library's parser recurses into nested mails and copies every line; hostile mails use both (security.md
T1). Here a nested mail is a leaf, parts beyond the limits are left out and said so, and bytes stay as they came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32

from tickets.mail.reading import limits, line_ends
from tickets.mail.reading.limits import Problems


class _AsItStands(Compat32):
    """compat32, but raw bytes in a header stay readable (as surrogates) where it would replace them."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the base gives it
        return value


OTHER_BOUNDARY = "broken: a multipart has another boundary than it says"
# A delimiter is followed by a header of its part.
_SHOWN_BOUNDARY = re.compile(
    rb"\n--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\nContent-[A-Za-z-]{1,40}:", re.IGNORECASE
)

_SPACED_FROM = re.compile(rb"From[ \t]{1,20}:")

AS_IT_STANDS = _AsItStands()


@dataclass(slots=True)
class Part:
    """One node of a mail: its headers as compat32 reads them, and its body as it came."""

    headers: Message
    body: bytes = b""
    children: list[Part] = field(default_factory=list)

    @property
    def type(self) -> str:
        return content_type(self.headers)

    @property
    def is_attached(self) -> bool:
        return header_text(self.headers, "content-disposition").strip().lower().startswith("attachment")

    def parameter(self, name: str, header: str = "content-type") -> str:
        return parameter_of(self.headers, name, header)


@dataclass(slots=True)
class _Open:
    """A multipart whose end has not come yet."""

    part: Part
    boundary: bytes
    digest: bool
    begins: int


def take_apart(raw: bytes, problems: Problems) -> Part:
    """The tree of a mail. Never raises, whatever the bytes are."""
    raw = line_ends.usual(raw)
    return _Splitter(raw, problems).split(_skip_envelope_line(raw))


def take_entity_apart(raw: bytes, problems: Problems) -> Part:
    """The tree of what was inside an encryption: a blank line at its beginning says that it has no headers."""
    return _Splitter(raw, problems).split(0)


def parameter_of(headers: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header as the standard library reads it; '' when absent or beyond reading."""
    try:
        value = headers.get_param(name, "", header)
    except (ValueError, TypeError, AttributeError, IndexError, LookupError):
        return ""
    return value[2] if isinstance(value, tuple) else str(value or "")


def header_text(headers: Message, name: str) -> str:
    """A header's value as it stands in the mail, undecoded; '' when absent."""
    return str(headers.get(name, ""))


def content_type(headers: Message) -> str:
    return headers.get_content_type()


class _Splitter:
    def __init__(self, raw: bytes, problems: Problems) -> None:
        self.raw, self.problems = raw, problems
        self.open: list[_Open] = []
        self.leaf: Part | None = None
        self.body_begins = 0
        self.parts = 0

    def split(self, start: int) -> Part:
        root = self._begin(start, "text/plain")
        while self.open:
            found = self._next_delimiter()
            if found is None:
                self.problems.note("broken: a multipart has no end")
                self._finish_leaf(len(self.raw))
                self._close(0, len(self.raw))
                break
            level, begin, end, is_last = found
            self._finish_leaf(begin)
            self._close(level if is_last else level + 1, begin)
            if is_last:
                self.body_begins = end
            elif self.parts >= limits.PARTS:
                self.problems.note("cut: too many parts")
                return root
            else:
                parent = self.open[level]
                parent.part.children.append(
                    self._begin(end, "message/rfc822" if parent.digest else "text/plain")
                )
        self._finish_leaf(len(self.raw))
        return root

    def _close(self, level: int, end: int) -> None:
        """Ends the multiparts from `level` down; one in which no part was found keeps its bytes, to be read as text."""
        for opened in self.open[level:]:
            if not opened.part.children:
                opened.part.body = self.raw[opened.begins : max(end, opened.begins)]
        del self.open[level:]

    def _begin(self, place: int, default_type: str) -> Part:
        fields, self.body_begins = limits.header_block(
            self.raw, place, self.problems, self._closes if self.open else None
        )
        headers = BytesHeaderParser(policy=AS_IT_STANDS).parsebytes(b"".join(fields))
        headers.set_default_type(default_type)
        part = Part(headers)
        self.parts += 1
        self.leaf = part
        boundary = part.parameter("boundary").encode("utf-8", "surrogateescape").rstrip()
        if part.type.startswith("multipart/"):
            boundary = boundary if self.open else self._found_boundary(boundary)
            if boundary:
                self._descend(part, boundary)
        return part

    def _found_boundary(self, said: bytes) -> bytes:
        """The mail's own boundary; the one that its parts show when the mail names none, or one that is not there.

        Asked once a mail: it looks through all of it. No signature or encryption is judged by what is found so.
        """
        for known in (said, said.strip(b"'")):
            if known and self.raw.find(b"\n--" + known, max(self.body_begins - 1, 0)) >= 0:
                return known
        shown = _SHOWN_BOUNDARY.search(
            self.raw, max(self.body_begins - 1, 0), self.body_begins + limits.HEADERS_BYTES
        )
        if shown is None:
            return said
        self.problems.note(OTHER_BOUNDARY)
        return shown[1]

    def _descend(self, part: Part, boundary: bytes) -> None:
        if len(self.open) >= limits.DEPTH:
            self.problems.note("cut: nested too deeply")
            return
        self.leaf = None
        self.open.append(_Open(part, boundary, part.type == "multipart/digest", self.body_begins))

    def _next_delimiter(self) -> tuple[int, int, int, bool] | None:
        """The next line that delimits a part of any open multipart: (which, begin, end, is it the last)."""
        # A multipart has a header that says so, hence a line end before whatever comes next.
        found = self._delimiters().search(self.raw, self.body_begins - 1)
        if found is None:
            return None
        begin = found.start() + 1
        matched = self._matching(self.raw[begin : found.end()])
        assert matched is not None  # noqa: S101 - the expression is made of what is compared
        end = self.raw.find(b"\n", begin) + 1 or len(self.raw)
        return matched[0], begin, end, matched[1]

    def _delimiters(self) -> re.Pattern[bytes]:
        """Every line that could be one, found without a step of ours per line: a body may be forty megabytes of '--'."""
        boundaries = b"|".join(re.escape(each.boundary) for each in self.open)
        return re.compile(rb"\n--(?:" + boundaries + rb")(?:--)?[ \t\r\f\v]*(?=\n|\Z)")

    def _matching(self, line: bytes) -> tuple[int, bool] | None:
        text = line[2:].rstrip()
        for level in range(len(self.open) - 1, -1, -1):
            boundary = self.open[level].boundary
            if text == boundary:
                return level, False
            if text == boundary + b"--":
                return level, True
        return None

    def _closes(self, line: bytes) -> bool:
        return line.startswith(b"--") and self._matching(line) is not None

    def _finish_leaf(self, end: int) -> None:
        """The line end before a delimiter belongs to the delimiter."""
        if self.leaf is None:
            return
        if end < len(self.raw):
            end -= 2 if self.raw[max(end - 2, 0) : end] == b"\r\n" else 1
        self.leaf.body = self.raw[self.body_begins : max(end, self.body_begins)]
        self.leaf = None


def _skip_envelope_line(raw: bytes) -> int:
    """Where the headers begin: after blank lines, and after the 'From ' line of an mbox."""
    place = len(raw) - len(raw.lstrip(b"\r\n"))
    if raw.startswith((b"From ", b">From "), place) and not _SPACED_FROM.match(raw, place):
        return raw.find(b"\n", place) + 1
    return place
