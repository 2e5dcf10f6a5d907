"""Finds the writer's own words: what is left without quoted mail and signature. By structure first, in any language.

Nothing is deleted: the whole text stays beside it, and a reader unfolds it.
"""

from __future__ import annotations

from tickets.mail.reading.replies.attributions import LINES as INTRODUCTION_LINES
from tickets.mail.reading.replies.attributions import drop_attribution, firm_attribution, quotation_in
from tickets.mail.reading.replies.copied import end_of_headers, is_field, is_rule, is_title
from tickets.mail.reading.replies.signatures import without_signature

LINES = 50_000
"""What is longer is no letter, but a log: it is the writer's as far as it goes beyond."""
_MARKS = "\u200e\u200f\u202a\u202b"


def answer_in(text: str) -> str:
    """The text without signature, forwarded or quoted mail. One pass over the lines."""
    lines = text.split("\n")
    answer = _Reader(lines[:LINES]).read() + lines[LINES:]
    return "\n".join(answer).strip("\n").rstrip()


class _Reader:
    """Goes down the lines once: own words go to a stretch, and a quotation ends it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.place = 0
        self.kept: list[str] = []
        self.stretch: list[str] = []
        self.has_words = False
        self.in_fields = False

    def read(self) -> list[str]:
        while self.place < len(self.lines):
            if not self._step():
                break
        self._end_stretch()
        return self.kept

    def _step(self) -> bool:
        """Takes one line or more; False when all that follows is somebody else's mail."""
        line = self.lines[self.place]
        if _is_quote(self.lines, self.place):
            self._skip_quotation()
            return True
        below = self._next_words(self.place + 1) if is_title(line) else len(self.lines)
        if below < len(self.lines):
            end = end_of_headers(self.lines, below, after_words=True)
            return self._skip_copied(end or below, introduction=0 if end else INTRODUCTION_LINES)
        # Only where a run of such lines begins, so that no line of a long one is looked at again and again.
        was_field, self.in_fields = self.in_fields, is_field(line)
        if not was_field and (end := end_of_headers(self.lines, self.place, after_words=self.has_words)):
            return self._skip_copied(end)
        self._keep(line)
        return not self._is_introduced_without_marks(line)

    def _keep(self, line: str) -> None:
        self.stretch.append(line)
        self.has_words |= bool(line.strip()) and not self.in_fields
        self.place += 1

    def _skip_quotation(self) -> None:
        self._drop_introduction()
        self._end_stretch()
        while self.place < len(self.lines) and _is_quote(self.lines, self.place):
            self.place += 1

    def _skip_copied(self, end: int, *, introduction: int = 0) -> bool:
        """Goes on behind what announces a mail only where marks tell that mail from what is written under it."""
        self._drop_introduction()
        following = self._next_words(end)
        for place in range(following, min(following + 1 + introduction, len(self.lines))):
            if _is_quote(self.lines, place):
                self._end_stretch()
                self.place = place
                return True
        return False

    def _next_words(self, place: int) -> int:
        while place < len(self.lines) and not self.lines[place].strip():
            place += 1
        return place

    def _is_introduced_without_marks(self, line: str) -> bool:
        """'On …, Jane <jane@…> wrote:' with words above it, and a mail without marks below it or on the same line."""
        begins = quotation_in(line)
        if not begins and ":" not in line[-8:] and "：" not in line[-8:]:
            return False
        near = [*self.stretch[-INTRODUCTION_LINES - 1 : -1], line[:begins] if begins else line]
        following = self._next_words(self.place)
        is_followed = following < len(self.lines) and not _is_quote(self.lines, following)
        count = firm_attribution(near) if begins or is_followed else 0
        above = len(self.stretch) - count
        if not count or not (self.kept or any(self.stretch[number].strip() for number in range(above))):
            return False
        del self.stretch[above:]
        return True

    def _drop_introduction(self) -> None:
        """What stands between own words and a quotation: who wrote it when, and a rule or a title."""
        drop_attribution(self.stretch)
        self._drop_rule()

    def _drop_rule(self) -> None:
        """The rule, or the title, between own words and what is copied."""
        end = len(self.stretch)
        while end and not self.stretch[end - 1].strip():
            end -= 1
        if end and is_rule(self.stretch[end - 1]):
            del self.stretch[end - 1 :]

    def _end_stretch(self) -> None:
        """One empty line stays where a quotation stood between two stretches."""
        own = without_signature(self.stretch)
        begin = next((place for place, line in enumerate(own) if line.strip()), len(own))
        ends_in_space = bool(self.stretch) and not self.stretch[-1].strip()
        was_space = bool(self.kept) and not self.kept[-1].strip()
        self.kept += own[begin if was_space else 0 :]
        if ends_in_space and not was_space and own:
            self.kept.append("")
        self.stretch = []


def _is_quote(lines: list[str], place: int) -> bool:
    """A line that is marked as somebody else's, or an empty one between two of them."""
    line = lines[place]
    if not line.strip():
        return 0 < place < len(lines) - 1 and _is_marked(lines[place - 1]) and _is_marked(lines[place + 1])
    if line.startswith(">From "):  # Mailboxes in one file mark such a line of a person's own words.
        return any(_is_marked(near) for near in (*lines[place - 1 : place], *lines[place + 1 : place + 2]))
    return _is_marked(line)


def _is_marked(line: str) -> bool:
    bare = line[:6].lstrip(_MARKS)
    return bare.startswith((">", "＞")) or bare.lstrip(" ").startswith("> ")
