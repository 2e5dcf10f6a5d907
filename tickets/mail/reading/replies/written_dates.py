"""Says whether a line holds a date or a time of day, in any script, without knowing the language it is written in."""

from __future__ import annotations

import re
import unicodedata

# A year of any calendar that mail programs write: Gregorian, Persian, Buddhist. Or a time of day. Or 2/11/26, 2.11.26.
_DATE = re.compile(
    r"(?<!\d)(?:(?:1[34]|19|20|25)\d\d(?!\d)|\d{1,2}\s?[:h時点]\s?\d\d(?!\d)|\d{1,2}([./-])\d{1,2}\1\d{2,4}(?!\d))"
)
_ADDRESS = re.compile(r"[^\s<>]{1,64}@[^\s<>]{1,255}")
LINE_CHARACTERS = 400


def holds_date(line: str) -> bool:
    """A year, a time or a date in figures; the figures of an address do not count."""
    line = _ADDRESS.sub("", line[:LINE_CHARACTERS])
    if not line.isascii():
        line = "".join(map(_ascii_digit, line))
    return _DATE.search(line) is not None


def holds_address(line: str) -> bool:
    """Something that could be an address."""
    return _ADDRESS.search(line[:LINE_CHARACTERS]) is not None


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, -1)
    return character if digit < 0 else str(digit)
