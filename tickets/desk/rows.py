"""The rows of a list of tickets: what one line shows, ready for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from helpdesk.models import User
from tickets.access import first_messages
from tickets.desk.standing import Standing, standings_of
from tickets.models import Ticket

ROWS_A_PAGE = 40
LONGEST_FIRST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    ticket: Ticket
    standing: Standing
    title: str
    is_subject: bool
    model: str


def rows_of(tickets: Sequence[Ticket], user: User) -> list[Row]:
    """The rows; a constant number of queries, and one more when some ticket has no subject."""
    silent = [ticket for ticket in tickets if not subject_of(ticket)]
    first = first_messages(silent) if silent else {}
    words = {pk: _first_words(message.text) for pk, message in first.items()}
    standings = standings_of(tickets, user)
    return [_row(ticket, words.get(ticket.pk, ""), standings[ticket.pk]) for ticket in tickets]


def subject_of(ticket: Ticket) -> str:
    """The subject, if it says anything: protected mail whose own subject is missing shows three dots outside."""
    subject = str(ticket.subject).strip()
    return "" if subject == "..." else subject


def _row(ticket: Ticket, first_words: str, standing: Standing) -> Row:
    subject = subject_of(ticket)
    return Row(
        ticket=ticket,
        standing=standing,
        title=subject or first_words or _("(no subject)"),
        is_subject=bool(subject),
        model=fact(ticket, "Model"),
    )


def fact(ticket: Ticket, label: str) -> str:
    """One of the report's main facts; empty when it is not known."""
    return next((str(value) for name, value in ticket.facts or [] if name == label), "")


def _first_words(text: str) -> str:
    words = " ".join(text[: 4 * LONGEST_FIRST_WORDS].split())
    return words if len(words) <= LONGEST_FIRST_WORDS else f"{words[:LONGEST_FIRST_WORDS]}…"
