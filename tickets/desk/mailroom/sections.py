"""What every section of the mail room has: a sentence that says how it stands, and a place on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.desk.conversation.protection import Level, Saying

_NEED_SOMEBODY = (Level.DANGER, Level.CAREFUL)
_URGENCY = (*_NEED_SOMEBODY, Level.INFORMATION, Level.PROTECTED)

SHOWN = 5
"""Rows of a section on the page itself; the rest stands on a page of its own."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A section in one sentence, with a link to it."""

    anchor: str
    title: str
    saying: Saying


def tile(anchor: str, title: str, sayings: Iterable[Saying]) -> Tile:
    """A section that has something to say is known by the most urgent of it."""
    return Tile(anchor, title, min(sayings, key=lambda saying: _URGENCY.index(saying.level)))


def verdict_of(tiles: Sequence[Tile]) -> Saying:
    """Whether everything is well, in one sentence."""
    levels = [each.saying.level for each in tiles if each.saying.level in _NEED_SOMEBODY]
    if not levels:
        words = _("All is well: mail comes in, what came is filed, and what was approved is sent.")
        return Saying(Level.PROTECTED, words)
    words = ngettext("%(n)s thing needs somebody:", "%(n)s things need somebody:", len(levels))
    return Saying(min(levels, key=_URGENCY.index), words % {"n": len(levels)})
