"""Where a conversation stands, in a word: the same in a list, at the head of its page, and wherever else it is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.models import User
from helpdesk.templatetags.moments import age
from tickets.access import (
    came_back,
    only_machines_wrote,
    tickets_of,
    under_another_name,
    waiting_for_a_key,
    with_a_key_to_compare,
)
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Standing:
    """One ticket's."""

    state: str
    """unanswered, danger, careful, answered, quiet or closed: for the class of the mark beside the word."""
    word: str
    since: datetime
    is_under_another_name: bool = False
    """Something encrypted in it may have been sent by another than its writer: it is not to be answered yet."""

    @property
    def words(self) -> str:
        """The word, and for how long it has been so where somebody waits."""
        if self.state != "unanswered":
            return self.word
        return _("%(word)s for %(age)s") % {"word": self.word, "age": age(self.since)}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the tickets' own rows do not say."""

    user: User
    unreleased: Mapping[UUID, int | None]
    returned: set[UUID] = field(default_factory=set)
    to_compare: set[UUID] = field(default_factory=set)
    waiting: set[UUID] = field(default_factory=set)
    machines: set[UUID] = field(default_factory=set)


def standings_of(tickets: Sequence[Ticket], user: User) -> dict[UUID, Standing]:
    """By the tickets' ids; a constant number of queries. Give only tickets that this person may see."""
    own = tickets_of(user).filter(pk__in=[ticket.pk for ticket in tickets])
    facts = _Facts(
        user=user,
        unreleased=under_another_name(tickets),
        returned=came_back(tickets),
        to_compare=set(with_a_key_to_compare(own, now=timezone.now()).values_list("pk", flat=True)),
        waiting=waiting_for_a_key(tickets),
        machines=only_machines_wrote(tickets),
    )
    return {ticket.pk: _standing(ticket, facts) for ticket in tickets}


def _standing(ticket: Ticket, facts: _Facts) -> Standing:
    if not ticket.is_open:
        # What was imported is closed since the import, and as old as its mail all the same.
        closed = min(ticket.closed or ticket.updated, ticket.updated)
        return Standing("closed", _("closed"), closed)
    since, is_theirs = ticket.waiting_since or ticket.updated, ticket.pk not in facts.unreleased
    if asked := facts.unreleased.get(ticket.pk):
        mine = asked == facts.user.pk
        word = _("waits for a colleague to agree") if mine else _("a colleague asks you to agree")
        return Standing("danger", word, since, is_under_another_name=True)
    state, word = _unanswered(ticket, facts) if ticket.waiting_since else _said(ticket, facts)
    return Standing(state, word, since, is_under_another_name=not is_theirs)


def _unanswered(ticket: Ticket, facts: _Facts) -> tuple[str, str]:
    if ticket.pk in facts.returned:
        return "unanswered", _("answer came back")
    return "unanswered", _("unanswered")


def _said(ticket: Ticket, facts: _Facts) -> tuple[str, str]:
    """We said the last word, or nobody waits for one."""
    if ticket.pk in facts.to_compare:
        return "careful", _("a key came: compare it")
    if ticket.pk in facts.waiting:
        return "careful", _("waits for a key")
    if ticket.pk in facts.machines:
        return "quiet", _("from a machine")
    return "answered", _("answered")
