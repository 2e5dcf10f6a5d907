"""Finds the writer's own words: what is left without quoted mail and signature. By structure, in any language.

Nothing is deleted: the whole text stays beside it, and a reader unfolds it.
"""

from __future__ import annotations

_RULES = ("-----", "_____")
_ENDS = (":", "：", ":*", "؛", "›:", "»:")
ATTRIBUTION_LINES = 3
SIGNATURE_LINES = 40
HEADER_CHARACTERS = 40


def answer_in(text: str) -> str:
    """The text without signature, forwarded or quoted mail. One pass over the lines."""
    lines = _without_signature(text.split("\n"))
    lines = lines[: _begin_of_copied_mail(lines)]
    kept: list[str] = []
    quoted = False
    for line in lines:
        is_quote = line.startswith(">")
        if is_quote and not quoted:
            _drop_attribution(kept)
        if not is_quote:
            kept.append(line)
            quoted = quoted and not line.strip()
        else:
            quoted = True
    return "\n".join(kept).strip("\n").rstrip()


def _without_signature(lines: list[str]) -> list[str]:
    """Cuts at a '-- ' near the end, unless quoted text follows it: then the writer answers below."""
    for place in range(max(len(lines) - SIGNATURE_LINES, 0), len(lines)):
        if lines[place] in ("-- ", "--") and not any(line.startswith(">") for line in lines[place:]):
            return lines[:place]
    return lines


def _drop_attribution(kept: list[str]) -> None:
    """Takes off the lines that introduce a quotation: the fewest just above it that end in a colon and hold a date."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    nearest = kept[max(end - ATTRIBUTION_LINES, 0) : end]
    if not nearest or len(nearest[-1]) > 400 or not nearest[-1].rstrip().endswith(_ENDS):
        return
    for count in range(1, len(nearest) + 1):
        if not nearest[-count].strip():
            break
        if any(character.isdigit() for character in nearest[-count]):
            del kept[end - count :]
            return
    if "@" in nearest[-1]:
        del kept[end - 1 :]


def _begin_of_copied_mail(lines: list[str]) -> int:
    """Where a mail copied with its headers begins, as Outlook does it: 'Name: value' lines, one with an address."""
    has_words = False
    in_fields = False
    for place, line in enumerate(lines):
        is_field = _names_value(line)
        if is_field and not in_fields:
            block = _header_run(lines, place)
            is_mail = _is_rule(_line_above(lines, place)) or (
                has_words and any("@" in each for each in block)
            )
            if len(block) >= 3 and is_mail:
                return _without_rule(lines, place)
        in_fields = is_field
        has_words |= bool(line.strip()) and not is_field
    return len(lines)


def _header_run(lines: list[str], place: int) -> list[str]:
    run: list[str] = []
    for line in lines[place : place + 12]:
        if not _names_value(line):
            break
        run.append(line)
    return run


def _names_value(line: str) -> bool:
    name, colon, value = line.replace("：", ":")[: HEADER_CHARACTERS * 4].partition(":")
    name = name.strip("* \t")
    if not colon or not value.strip("* ") or not 1 <= len(name) <= HEADER_CHARACTERS:
        return False
    return (
        not any(character.isdigit() or character in "/=\\<" for character in name) and len(name.split()) <= 4
    )


def _line_above(lines: list[str], place: int) -> str:
    return next((line for line in reversed(lines[max(place - 3, 0) : place]) if line.strip()), "")


def _is_rule(line: str) -> bool:
    return line.strip().startswith(_RULES)


def _without_rule(lines: list[str], place: int) -> int:
    above = place
    while above and not lines[above - 1].strip():
        above -= 1
    return above - 1 if above and _is_rule(lines[above - 1]) else place
