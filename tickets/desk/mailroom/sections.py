"""What every section of the mail room has: a sentence that says how it stands, and a place on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.desk.saying import Level, Saying

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
    """The most urgent of what the section says."""

    @property
    def summary(self) -> Saying:
        """How it stands, in a word or two: the sentence itself stands in the section, and nowhere else."""
        words = {
            Level.DANGER: _("needs somebody now"),
            Level.CAREFUL: _("needs somebody"),
            Level.INFORMATION: _("nothing to do"),
            Level.PROTECTED: _("well"),
        }
        return Saying(self.saying.level, words[self.saying.level])


def tile(anchor: str, title: str, sayings: Iterable[Saying]) -> Tile:
    """A section that has something to say is known by the most urgent of it."""
    return Tile(anchor, title, min(sayings, key=lambda saying: _URGENCY.index(saying.level)))


def verdict_of(tiles: Sequence[Tile]) -> Saying:
    """Whether everything is well, in one sentence; else what is not, by the titles of the sections."""
    needed = sorted(tiles, key=lambda each: _URGENCY.index(each.saying.level))
    needed = [each for each in needed if each.saying.level in _NEED_SOMEBODY]
    if not needed:
        words = _("All is well: mail comes in, what came is filed, and what was approved is sent.")
        return Saying(Level.PROTECTED, words)
    words = ngettext(
        "%(n)s thing needs somebody: %(titles)s.", "%(n)s things need somebody: %(titles)s.", len(needed)
    )
    titles = ", ".join(each.title for each in needed)
    return Saying(needed[0].saying.level, words % {"n": len(needed), "titles": titles})
