"""Read the user's words: the answers under WhisperBack's headings, without its line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

Question = tuple[str, str]

_WIDTH = 70
_MOST_HEADINGS = 50
_WRAPS_SINCE = (3, 7, 1)
_HEADINGS = frozenset(
    (
        "What were you trying to achieve?",
        "What happened instead?",
        "What did you do that triggered this error?",
    )
)
_ITEM = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s")
_DIGITS = re.compile(r"\d+")
_RULERS = ("---", "===", ">")
# The wrapper also breaks after a hyphen inside a word.
_CHUNK = re.compile(r"[^\s-]*[^\W\d_]-(?=[^\W\d_])|\S+")
_BROKEN_HYPHEN = re.compile(r"[^\W\d_]-$")


def read_questions(lines: Sequence[str], version: str | None) -> tuple[Question, ...]:
    """Give heading and answer of each question. Headings are known by their line of dashes.

    They were translated for years, so no list of words is complete; but where the headings of
    today stand, only they count, and an underlined line in an answer stays in the answer.
    """
    heads = _headings(lines)
    ends = [*heads[1:], len(lines)][: len(heads)]
    return tuple(
        (lines[head].strip(), readable(lines[head + 2 : end], version))
        for head, end in zip(heads, ends, strict=True)
    )


def read_own_words(lines: Sequence[str], version: str | None) -> str:
    """Give all that the user wrote, without the headings that WhisperBack put in."""
    heads = _headings(lines)
    before = lines[: heads[0]] if heads else lines
    parts = [readable(before, version), *(answer for _, answer in read_questions(lines, version))]
    return "\n\n".join(part for part in parts if part)


def has_questions(lines: Sequence[str]) -> bool:
    """Tell whether one of the headings that WhisperBack prints today stands here."""
    return any(lines[head].strip() in _HEADINGS for head in _headings(lines))


def readable(lines: Sequence[str], version: str | None) -> str:
    """Undo the hard line breaks that WhisperBack made; those of the user stay."""
    lines = [line.rstrip() for line in lines]
    if not _was_wrapped(lines, version):
        return "\n".join(lines).strip("\n")
    out: list[str] = []
    pieces: list[str] = []
    last = ""
    for line in lines:
        glue = _glue(last, line)
        if glue is None:
            out.append("".join(pieces))
            pieces = [line]
        else:
            pieces.extend((glue, line))
        last = line
    out.append("".join(pieces))
    return "\n".join(out).strip("\n")


def _headings(lines: Sequence[str]) -> list[int]:
    found = [number for number in range(len(lines) - 1) if _is_heading(lines, number)]
    known = [number for number in found if lines[number].strip() in _HEADINGS]
    return (known or found)[:_MOST_HEADINGS]


def _is_heading(lines: Sequence[str], number: int) -> bool:
    """A heading follows a blank line and has a line of dashes about as long as itself under it."""
    dashes = lines[number + 1].rstrip()
    if len(dashes) < 3 or not dashes.startswith("---") or dashes.strip("-"):
        return False
    heading = lines[number].strip()
    if not heading or not heading.strip("-") or (number and lines[number - 1].strip()):
        return False
    # Wide characters may be counted once or twice, and translators miscounted.
    return 0.75 * len(heading) - 1 <= len(dashes) <= 1.25 * len(heading) + 2 or (
        not heading.isascii() and len(dashes) <= 2 * len(heading)
    )


def _was_wrapped(lines: Sequence[str], version: str | None) -> bool:
    if any(len(line) > _WIDTH for line in lines):
        return False
    numbers = tuple(int(number) for number in _DIGITS.findall((version or "")[:20]))
    return not numbers or numbers >= _WRAPS_SINCE


def _is_pasted(last: str, line: str) -> bool:
    """Tell whether these are lines of a machine: rulers, markers, armor."""
    if last.startswith(_RULERS) or line.startswith(_RULERS):
        return True
    return min(len(last), len(line)) > 40 and len(last) < _WIDTH and not (" " in last or " " in line)


def _glue(last: str, line: str) -> str | None:
    """Say what joins two lines that were one, or None where the user began a new line.

    They were one if the first word of the second would not have fitted on the first.
    """
    if not last or not line or line[0].isspace() or _ITEM.match(line) or _is_pasted(last, line):
        return None
    chunk = _CHUNK.match(line)
    size = len(chunk[0]) if chunk else 0
    if len(last) == _WIDTH and len(last.rsplit(maxsplit=1)[-1]) + len(line.split(maxsplit=1)[0]) > _WIDTH:
        return ""
    if _BROKEN_HYPHEN.search(last) and line[0].isalpha() and len(last) + size > _WIDTH:
        return ""
    return " " if len(last) + 1 + size > _WIDTH else None
