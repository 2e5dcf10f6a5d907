"""Armored messages inside plain text that were not opened: a line says that they are there."""

from __future__ import annotations

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
