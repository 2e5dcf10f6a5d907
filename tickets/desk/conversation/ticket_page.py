"""The page of one ticket: conversation, answer form, and beside it what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.lib.http import AgentRequest
from tickets.access import (
    draft_of,
    earlier_tickets,
    key_changes_of,
    members_of,
    queues_of,
    ticket_for,
    tickets_of,
)
from tickets.desk.conversation.history import Line, history_of
from tickets.desk.conversation.timeline import Card, timeline_of
from tickets.desk.conversation.travel_words import departure_of, key_words_of, trouble_of
from tickets.desk.forms import AnswerForm, AssignForm, MoveForm, NoteForm
from tickets.desk.keys.rows import Comparison, comparison_of, key_rows
from tickets.desk.keys.words import trouble_in_words
from tickets.desk.rows import rows_of
from tickets.models import Event, Ticket
from tickets.travel import Travel, travel_of

EARLIER = 8


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed and refused: shown again, so that nothing is lost."""

    answer: AnswerForm | None = None
    note: NoteForm | None = None
    stopped: str = ""
    """Why nothing was done, as a sentence."""


@require_safe
def show_ticket(request: AgentRequest, ticket_id: UUID) -> TemplateResponse:
    """One ticket."""
    return ticket_page(request, ticket_for(request.user, ticket_id))


def ticket_page(
    request: AgentRequest, ticket: Ticket, typed: Typed | None = None, *, status: int = 200
) -> TemplateResponse:
    """The page, with what was typed when something about it has to be said first."""
    typed = typed or Typed()
    travel = travel_of(ticket, now=timezone.now())
    departure = departure_of(ticket, travel)
    changes = key_changes_of(ticket)
    history = history_of(ticket, changes)
    timeline = timeline_of(ticket, history, changes)
    seen = sum(isinstance(entry, Card) and entry.message.is_from_the_requester for entry in timeline)
    context = {
        "ticket": ticket,
        "timeline": timeline,
        "newest": next((entry.message for entry in reversed(timeline) if isinstance(entry, Card)), None),
        "history": history,
        "departure": departure,
        "travel": travel,
        "key_words": key_words_of(travel),
        "trouble": trouble_of(travel) or _unread_key(timeline, travel) or _several(ticket, travel),
        "comparison": _comparison(request, ticket, travel),
        "stopped": typed.stopped,
        "seen": seen,
        "answer_form": _answer_form(request, ticket, typed.answer, {"way": departure.way, "seen": seen}),
        "note_form": typed.note or NoteForm(auto_id="note_%s"),
        **_beside(request, ticket),
    }
    return TemplateResponse(request, "desk/ticket.html", context, status=status)


def _comparison(request: AgentRequest, ticket: Ticket, travel: Travel) -> Comparison | None:
    """Asked for only where a key waits to be compared."""
    if not travel.choice.to_be_compared:
        return None
    rows = key_rows(request.user, ticket, now=timezone.now())
    return comparison_of(rows, travel.choice.to_be_compared)


def _unread_key(timeline: Sequence[Card | Line], travel: Travel) -> str:
    """A report enclosed a key of which not even a fingerprint can be read: nothing is remembered of it but this."""
    cards = [entry for entry in timeline if isinstance(entry, Card)]
    keys = [(card.message.report or {}).get("openpgp_key") or {} for card in cards]
    is_unread = any(key.get("block_is_parseable") is False for key in keys)
    return trouble_in_words("unreadable", "report") if is_unread and not travel.choice.used else ""


def _several(ticket: Ticket, travel: Travel) -> str:
    """Two keys came where one was expected: what is in the mail does not say which of them is theirs."""
    if travel.choice.used or not ticket.events.filter(kind=Event.Kind.KEYS_SEVERAL).exists():
        return ""
    return _("Several keys came for them in one mail, so none of them was taken.")


def _answer_form(
    request: AgentRequest, ticket: Ticket, typed: AnswerForm | None, shown: dict[str, object]
) -> AnswerForm:
    way = str(shown["way"])
    if typed is None:
        draft = draft_of(request.user, ticket)
        return AnswerForm(initial={"text": draft.text if draft else "", **shown}, way=way)
    # The page now says what is so now, and the hidden fields must say the same.
    again = AnswerForm({**dict(typed.data.items()), **shown}, way=way)
    again.is_valid()
    again.fields["text"].widget.attrs["autofocus"] = True
    return again


def _beside(request: AgentRequest, ticket: Ticket) -> dict[str, object]:
    user = request.user
    claims = ticket.claims_id and tickets_of(user).with_rows().filter(pk=ticket.claims_id).first()
    own, *earlier = rows_of([ticket, *earlier_tickets(user, ticket, limit=EARLIER)], user)
    hands = {"agent": ticket.agent_id, "was": ticket.agent_id}
    return {
        "claims": claims or None,
        "facts": ticket.facts or [],
        "standing": own.standing,
        "earlier": earlier,
        "assign_form": AssignForm(members_of(ticket.queue), initial=hands),
        "move_form": MoveForm(queues_of(user), initial={"queue": ticket.queue_id}),
    }
