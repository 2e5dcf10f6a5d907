"""Blocks inside plain text that are not text: armored messages that were not opened, and uuencoded files."""

from __future__ import annotations

from tickets.mail import charsets

NOT_OPENED = "[Something encrypted is in this mail. It was not opened.]"
_BEGIN, _END = "-----BEGIN PGP MESSAGE", "-----END PGP MESSAGE"


def without_sealed_blocks(text: str) -> str:
    """The text with a line in place of each armored message; one without an end goes on to the end of the text."""
    kept: list[str] = []
    place = 0
    while (begin := text.find(_BEGIN, place)) >= 0:
        kept += [text[place:begin], NOT_OPENED]
        end = text.find(_END, begin)
        if end < 0:
            return "".join(kept)
        place = text.find("\n", end)
        if place < 0:
            return "".join(kept)
    return "".join([*kept, text[place:]])


def without_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without its uuencoded files, and those by name. A 'begin' that encodes nothing is text."""
    if "\nend" not in text or not ("\nbegin " in text or text.startswith("begin ")):
        return text, []
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    lines = text.split("\n")
    place = 0
    ends = [number for number, line in enumerate(lines) if line.strip() == "end"][::-1]
    while place < len(lines):
        while ends and ends[-1] <= place:
            ends.pop()
        name = _uuencoded_name(lines[place])
        if name and ends and _looks_encoded(lines[place + 1 : place + 2]):
            encoded = "\n".join(lines[place : ends[-1] + 1]).encode("utf-8", "replace")
            files.append((name, charsets.uudecoded(encoded)))
            place = ends.pop() + 1
        else:
            kept.append(lines[place])
            place += 1
    return "\n".join(kept), files


def _uuencoded_name(line: str) -> str:
    word, mode, name = [*line.split(" ", 2), "", ""][:3]
    is_begin = word == "begin" and len(mode) in (3, 4) and mode.isdigit()
    return name.strip() if is_begin else ""


def _looks_encoded(lines: list[str]) -> bool:
    """The first character of an encoded line says how many bytes it holds."""
    if not lines or not lines[0]:
        return False
    size = (ord(lines[0][0]) - 32) & 63
    return abs(len(lines[0].rstrip()) - 1 - (size + 2) // 3 * 4) <= 4
