"""Holding a ticket while something is written into it, so that it is not forgotten meanwhile."""

from __future__ import annotations

from tickets.actions.errors import MessageCame, NotPossibleNow
from tickets.models import Ticket


def hold_living(ticket: Ticket) -> None:
    """Lock its row until the transaction ends; raises NotPossibleNow when it is being forgotten."""
    if not Ticket.objects.living().filter(pk=ticket.pk).select_for_update(no_key=True).exists():
        raise NotPossibleNow


def refuse_unread(ticket: Ticket, seen: int | None) -> None:
    """Raise MessageCame when more was written to us than the page showed; the row of the ticket is locked.

    Counted, not dated: a mail that was tried again comes in with the date on which we got it. None: no page was shown.
    """
    if seen is not None and ticket.messages.from_the_requester().count() > seen:
        raise MessageCame
