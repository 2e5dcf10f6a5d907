"""Joins the lines of format=flowed text (RFC 3676), so that a paragraph is one line again."""

from __future__ import annotations


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """A line that ends in a space goes on in the next one of the same quote depth."""
    joined: list[str] = []
    flowing: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        if flowing == depth and not is_signature and joined:
            joined[-1] = (joined[-1][:-1] if delete_space else joined[-1]) + content
        else:
            joined.append(f"{'>' * depth} {content}" if depth else content)
        flowing = depth if content.endswith(" ") and not is_signature else None
    return "\n".join(joined)
