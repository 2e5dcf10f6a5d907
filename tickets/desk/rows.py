"""The rows of a list of tickets: what one line shows, ready for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tickets.access import came_back, first_messages, waiting_for_a_key
from tickets.models import Ticket

ROWS_A_PAGE = 40
LONGEST_FIRST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    ticket: Ticket
    state: str
    """unanswered, careful, answered or closed: for the class of the mark beside the word."""
    word: str
    since: datetime
    title: str
    is_subject: bool
    model: str


def rows_of(tickets: Sequence[Ticket]) -> list[Row]:
    """The rows; a query for answers that wait, one for those that came back, and one more when some ticket has no subject, however many."""
    silent = [ticket for ticket in tickets if not subject_of(ticket)]
    first = first_messages(silent) if silent else {}
    words = {pk: _first_words(message.text) for pk, message in first.items()}
    waiting, returned = waiting_for_a_key(tickets), came_back(tickets)
    standings = {
        ticket.pk: _standing(ticket, waits=ticket.pk in waiting, returned=ticket.pk in returned)
        for ticket in tickets
    }
    return [_row(ticket, words.get(ticket.pk, ""), standings[ticket.pk]) for ticket in tickets]


def subject_of(ticket: Ticket) -> str:
    """The subject, if it says anything: protected mail whose own subject is missing shows three dots outside."""
    subject = str(ticket.subject).strip()
    return "" if subject == "..." else subject


def _row(ticket: Ticket, first_words: str, standing: tuple[str, str, datetime]) -> Row:
    state, word, since = standing
    subject = subject_of(ticket)
    return Row(
        ticket=ticket,
        state=state,
        word=word,
        since=since,
        title=subject or first_words or _("(no subject)"),
        is_subject=bool(subject),
        model=fact(ticket, "Model"),
    )


def _standing(ticket: Ticket, *, waits: bool, returned: bool) -> tuple[str, str, datetime]:
    if not ticket.is_open:
        return "closed", _("closed"), ticket.closed or ticket.updated
    if ticket.waiting_since and returned:
        return "unanswered", _("answer came back"), ticket.waiting_since
    if ticket.waiting_since:
        return "unanswered", _("unanswered"), ticket.waiting_since
    if waits:
        return "careful", _("waits for a key"), ticket.updated
    return "answered", _("answered"), ticket.updated


def fact(ticket: Ticket, label: str) -> str:
    """One of the report's main facts; empty when it is not known."""
    return next((str(value) for name, value in ticket.facts or [] if name == label), "")


def _first_words(text: str) -> str:
    words = " ".join(text[: 4 * LONGEST_FIRST_WORDS].split())
    return words if len(words) <= LONGEST_FIRST_WORDS else f"{words[:LONGEST_FIRST_WORDS]}…"
