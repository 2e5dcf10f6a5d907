"""Cut a report into the user's part and the named sections of debugging information."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MARKER = re.compile(r"={5,7} ((?:(?:content of|output of command|listing of) )[^\n]{1,400}?) ={5,7}")
_FIRST = "/proc/cmdline"
_MODERN = "======= content of "
_MISSING = ("not found", "warning: not opening file")


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of debugging information: what was asked, and what came out."""

    name: str
    body: str

    def is_missing(self) -> bool:
        """Tell whether the section only says that there was nothing to show."""
        return self.body.strip().lower().startswith(_MISSING)


@dataclass(frozen=True, slots=True)
class Split:
    """The lines before the debugging information, and its sections in order."""

    head: tuple[str, ...]
    sections: tuple[Section, ...]


def split_sections(lines: Sequence[str]) -> Split:
    """Find the debugging information.

    It starts at the last line that opens it: real sections come after the user's words, so a
    section that a user pasted there never wins.
    """
    marks = [(number, name) for number, line in enumerate(lines) if (name := section_name(line))]
    if not marks:
        return Split(tuple(lines), ())
    openings = [number for number, name in marks if name.endswith(_FIRST)]
    # Before 2.6 there was no /proc/cmdline; then whatever came first opened the information.
    start = max(openings or [number for number, name in marks if name == marks[0][1]])
    return Split(tuple(lines[:start]), tuple(_bodies(lines, [mark for mark in marks if mark[0] >= start])))


def section_name(line: str) -> str | None:
    """Read a section marker of any era; the newest one says "content of" for everything, so drops it."""
    if not line.startswith("=====") or len(line) > 500:
        return None
    match = _MARKER.fullmatch(line.rstrip())
    if match is None:
        return None
    return match[1].removeprefix("content of ") if line.startswith(_MODERN) else match[1]


def is_first_marker(line: str) -> bool:
    """Tell whether this line opens the debugging information."""
    return (section_name(line) or "").endswith(_FIRST)


def find_body(sections: Iterable[Section], *fragments: str) -> str | None:
    """Give the body of the first section whose name has all fragments, or None where it says nothing."""
    for section in sections:
        if all(fragment in section.name for fragment in fragments):
            return None if section.is_missing() else section.body
    return None


def _bodies(lines: Sequence[str], marks: list[tuple[int, str]]) -> Iterable[Section]:
    ends = [number for number, _ in marks[1:]] + [len(lines)]
    for (number, name), end in zip(marks, ends, strict=True):
        yield Section(name, "\n".join(lines[number + 1 : end]).strip("\n"))
