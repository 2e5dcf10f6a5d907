"""A saying: a sentence of the desk's own about how something stands, and what it means for whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The four meanings; each has a colour, an icon and a word."""

    PROTECTED = "protected"
    CAREFUL = "careful"
    DANGER = "danger"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence and what it means."""

    level: Level
    text: str
    is_of_signature: bool = False
    """Then no lock is drawn beside it: a lock stands for encryption only."""
