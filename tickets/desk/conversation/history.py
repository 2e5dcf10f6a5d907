"""The history of a ticket: all that was done to it, when and by whom, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from helpdesk.templatetags.moments import key_end
from tickets.access import KeyChange
from tickets.models import Event, Ticket

# What a card says by itself is not repeated between the cards.
_SAID_BY_CARDS = frozenset(
    {
        *(Event.Kind.OPENED, Event.Kind.RECEIVED, Event.Kind.ANSWERED, Event.Kind.NOTED, Event.Kind.SENT),
        *(Event.Kind.ACKNOWLEDGED, Event.Kind.NOTICED, Event.Kind.KEY_ASKED, Event.Kind.CAME_BACK),
    }
)
_KEY_CHANGES = {
    Event.Kind.KEY_LEARNED: "seen",
    Event.Kind.KEY_PROPOSED: "seen",
    Event.Kind.KEY_ADDED: "seen",
    Event.Kind.KEY_CONFIRMED: "confirmed",
    Event.Kind.KEY_RETIRED: "retired",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What was done between two messages."""

    at: datetime
    words: str
    is_said_by_card: bool
    is_card: bool = False


def history_of(ticket: Ticket, changes: Sequence[KeyChange]) -> list[Line]:
    """All that was done to the ticket, oldest first; one query."""
    # One action writes both: what happened to the key, and to the ticket.
    keys: dict[tuple[str, datetime], list[str]] = {}
    for change in changes:
        keys.setdefault((change.kind, change.at), []).append(change.fingerprint)
    events = ticket.events.select_related("by", "whom").order_by("at", "id")
    return [Line(each.at, _sentence(each, keys), each.kind in _SAID_BY_CARDS) for each in events]


def _sentence(event: Event, keys: dict[tuple[str, datetime], list[str]]) -> str:
    found = keys.get((_KEY_CHANGES.get(Event.Kind(event.kind), ""), event.at), [])
    about = ", ".join(key_end(fingerprint) for fingerprint in found)
    if event.part:
        about = _("part %s") % event.part
    words = sentence_of(event)
    return f"{words} ({about})" if about else words


def sentence_of(event: Event) -> str:
    """'Ana: assigned to Bo'; nobody is named when the desk did it by itself."""
    words = str(event.get_kind_display())
    if event.kind == Event.Kind.ASSIGNED and event.whom:
        words = _("took it") if event.whom == event.by else _("assigned to %s") % event.whom.short_name
    return f"{event.by.short_name}: {words}" if event.by else words
