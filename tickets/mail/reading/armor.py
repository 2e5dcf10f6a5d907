"""Armored messages inside a text that were not opened: a line in their place says that they are there."""

from __future__ import annotations

import re

NOT_OPENED = "[Something encrypted is in this mail. It was not opened.]"
_MARK = re.compile(r"(?:- )?-----(BEGIN|END)[\s>|]{1,8}PGP[\s>|]{1,8}MESSAGE-----")
_BEFORE = re.compile(r"(?:\A|\n)[ \t>|-]{0,8}\Z")
# A line of a message whose end is lost: a header, data, check sum, or nothing.
_LINE = re.compile(
    r"[^\S\n]*\n[ \t\xa0>|]*(?:[A-Z][A-Za-z]{2,20}: [^\n]*|[A-Za-z0-9+/]{20,}=*|=[A-Za-z0-9+/]{4})?[ \t\xa0]*(?=\n|\Z)"
)


def without_sealed_blocks(text: str) -> str:
    """The text with a line in place of each armored message, and every word around them. Linear.

    It may stand at the beginning of a line and have lost its end, or have an end and have lost its lines; a mark that
    somebody only mentions is a word like others.
    """
    kept: list[str] = []
    place = 0
    marks = list(_MARK.finditer(text))
    for number, mark in enumerate(marks):
        after = marks[number + 1] if number + 1 < len(marks) else None
        if mark[1] == "END":
            continue
        if after is not None and after[1] == "END":
            end = after.end()
        elif _BEFORE.search(text[max(mark.start() - 10, 0) : mark.start()]):
            end = _end_of_data(text, mark.end())
        else:
            continue
        kept += [text[place : mark.start()], NOT_OPENED]
        place = end
    return "".join([*kept, text[place:]])


def _end_of_data(text: str, place: int) -> int:
    while line := _LINE.match(text, place):
        place = line.end()
    return place
