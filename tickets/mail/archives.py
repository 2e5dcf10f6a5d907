"""Archives of old mail: the mails in mbox files, Maildirs and single files, found without reading more than their heads.

An mbox has no standard. Here a mail begins at a line `From sender date` that follows an empty line, or that has a whole
date and is followed by a header; `>From ` inside loses one `>`, which is right for mboxrd and mboxo. Content-Length is
not believed: a sender may write it, and would make the mails after his own disappear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 64 * 1024
_LINE_BYTES = 64 * 1024
_LIKELY = re.compile(rb"From \S.*\d{1,2}:\d\d")
_CERTAIN = re.compile(rb"From \S.* [A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d(:\d\d)? .*\d{4}")
_HEADER = re.compile(rb"[!-9;-~]{1,76}:|>From ")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_ASCTIME = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d(?::\d\d)?) (?:\S+ )??(\d{4})")
_INTERNAL = re.compile(rb"(?im)^subject: don't delete this message -- folder internal data")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of an archive: which file, its place there, and when it was received, as far as the archive says."""

    path: Path
    number: int
    """Counted from 1 in its file."""
    start: int
    size: int
    dated: datetime | None
    is_quoted: bool = False
    """Whether it stands in an mbox, where lines that begin with From are quoted."""
    doubtful: int = 0
    """Lines in it that begin another mail or look so, and were taken for its text: what follows may be lost in it."""

    def read(self) -> bytes:
        """The mail as it was when it was put there."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            raw = file.read(self.size)
        return _QUOTED.sub(rb"\1", raw) if self.is_quoted else raw


def find_files(path: Path) -> Iterator[Path]:
    """The files below a directory that may hold mail, or the one file; one that is not there is found, too."""
    if not path.is_dir():
        yield path
        return
    for child in sorted(path.iterdir()):
        if not _is_no_mail(child):
            yield from find_files(child)


def find_mails(path: Path, *, now: datetime) -> Iterator[Entry]:
    """The mails in a file; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        if file.read(5) == b"From ":
            yield from _in_mbox(path, file, now)
        else:
            file.seek(0)
            yield Entry(path, 1, 0, path.stat().st_size, _dated(b"", file.read(HEAD_BYTES), now))


def holds_no_mail(head: bytes) -> bool:
    """What begins with no header at all, or what mail programs write into a folder for themselves."""
    return not _HEADER.match(head.lstrip(b"\r\n")) or bool(_INTERNAL.search(head))


def _is_no_mail(path: Path) -> bool:
    """A Maildir's unfinished files and its servers' own; links, which may lead in circles."""
    in_maildir = (path.parent / "cur").is_dir() and (path.parent / "new").is_dir()
    if path.is_symlink() or (in_maildir and path.name == "tmp"):
        return True
    return not path.is_dir() and (in_maildir or path.name.startswith("."))


def _in_mbox(path: Path, file: BinaryIO, now: datetime) -> Iterator[Entry]:
    found: list[tuple[int, int, bytes]] = []
    doubtful: list[int] = []
    number = 0
    for mark in _marks(file, doubtful):
        found.append(mark)
        if len(found) == 2:
            number += 1
            yield replace(_entry(path, number, found[0], found[1][0], now), doubtful=len(doubtful))
            del found[0], doubtful[:]
    number += 1
    yield replace(_entry(path, number, found[0], path.stat().st_size, now), doubtful=len(doubtful))


def _entry(path: Path, number: int, mark: tuple[int, int, bytes], end: int, now: datetime) -> Entry:
    _, start, line = mark
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(min(HEAD_BYTES, end - start))
        file.seek(max(start, end - 4))
        tail = file.read(end - max(start, end - 4))
    # The empty line before the next mail is the archive's, not the mail's.
    for blank in (b"\n\r\n", b"\n\n"):
        if tail.endswith(blank):
            end -= len(blank) - 1
    return Entry(path, number, start, end - start, _dated(line, head, now), is_quoted=True)


def _marks(file: BinaryIO, doubtful: list[int]) -> Iterator[tuple[int, int, bytes]]:
    """Where each mail's From line begins, where its first header begins, and that line. Streams: files may be huge.

    Where a line looked like another mail's and is none, its place is added to `doubtful`.
    """
    file.seek(0)
    place, was_empty, is_whole = 0, True, True
    candidate: _Candidate | None = None
    while line := file.readline(_LINE_BYTES):
        if candidate:
            yield from _judged(candidate, line, doubtful)
            candidate = None
        if is_whole and line.startswith(b"From "):
            is_likely = (was_empty and _LIKELY.match(line)) or _CERTAIN.match(line)
            if place == 0 or was_empty or is_likely:
                candidate = _Candidate(place, line, is_first=place == 0, is_likely=bool(is_likely))
        was_empty = is_whole and line in (b"\n", b"\r\n")
        is_whole = line.endswith(b"\n")
        place += len(line)
    if candidate:
        yield from _judged(candidate, b"", doubtful)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A From line of which the next line says whether a mail begins there."""

    place: int
    line: bytes
    is_first: bool
    is_likely: bool


def _judged(candidate: _Candidate, following: bytes, doubtful: list[int]) -> Iterator[tuple[int, int, bytes]]:
    has_header = bool(_HEADER.match(following))
    if candidate.is_first or (candidate.is_likely and has_header):
        yield candidate.place, candidate.place + len(candidate.line), candidate.line
    elif candidate.is_likely or has_header:
        doubtful.append(candidate.place)


def _dated(line: bytes, head: bytes, now: datetime) -> datetime | None:
    """When a server of ours had it, else what the sender claims; the From line may be of the day of an export."""
    fields = re.split(rb"\r?\n(?![ \t])", re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0])
    received = (each.rpartition(b";")[2] for each in fields if each[:9].lower() == b"received:")
    claimed = (each[5:] for each in fields if each[:5].lower() == b"date:")
    asctime = _ASCTIME.search(line)
    delivered = [b" ".join([asctime[2], asctime[1], asctime[4], asctime[3]])] if asctime else []
    dates = (_date(text) for text in [*list(received)[:1], *list(claimed)[:1], *delivered])
    return next((date for date in dates if date and _EARLIEST <= date <= now), None)


def _date(text: bytes) -> datetime | None:
    try:
        date = parsedate_to_datetime(" ".join(text[:200].decode("ascii", "replace").split()))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
