"""A text that is too long for its card is cut there, said to be, and stands whole on a page of its own."""

from __future__ import annotations

from tickets.desk.conversation.report import sections_of
from tickets.models import Message

LONGEST = 20_000
"""Characters, some ten pages: what is longer hides the messages after it, and many such make a page that hangs."""


def is_long(text: str) -> bool:
    """Whether it is cut."""
    return len(text) > LONGEST


def cut(text: str) -> str:
    """Its beginning, up to the end of a line where there is one."""
    if not is_long(text):
        return text
    end = text.rfind("\n", LONGEST // 2, LONGEST)
    return text[: end if end > 0 else LONGEST]


def whole_text_of(message: Message) -> str:
    """All that it says, with what it quotes; of a report what the person wrote, as its sections have their own pages."""
    whole: str = message.text if sections_of(message) else message.full_text or message.text
    return whole
