"""Joins the lines of format=flowed text (RFC 3676), so that a paragraph is one line again."""

from __future__ import annotations


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """A line that ends in a space goes on in the next one of the same quote depth."""
    pieces: list[str] = []
    flowing: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        if flowing != depth or is_signature:
            pieces += ["\n", ">" * depth, " " if depth else ""]
        flows = content.endswith(" ") and not is_signature
        pieces.append(content[:-1] if flows and delete_space else content)
        flowing = depth if flows else None
    return "".join(pieces[1:])
