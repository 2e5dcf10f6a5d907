"""Writing in a ticket: answers, drafts, internal notes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.http import AgentRequest
from tickets.access import outgoing_for, ticket_for
from tickets.actions.answer import answer_ticket, send_again
from tickets.actions.draft import save_draft
from tickets.actions.errors import ActionError, CannotBeAnswered, WayChanged
from tickets.actions.note import write_note
from tickets.desk.forms import AnswerForm, DraftForm, NoteForm
from tickets.desk.ticket_page import Typed, ticket_page
from tickets.models import Ticket
from tickets.travel import Way


@require_POST
def answer(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Approve an answer, if it would still travel as the page said."""
    ticket = ticket_for(request.user, ticket_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(answer=form), status=422)
    way, text, now = Way(form.cleaned_data["way"]), form.cleaned_data["text"], timezone.now()
    save_draft(
        ticket, text, by=request.user, now=now
    )  # Whatever goes wrong from here on, nothing typed is lost.
    try:
        answer_ticket(ticket, text, by=request.user, way=way, now=now)
    except (WayChanged, CannotBeAnswered):
        return ticket_page(request, ticket, Typed(answer=form, way_changed=True), status=409)
    messages.success(request, _said_of(way))
    return redirect("ticket", ticket_id)


@require_POST
def keep_draft(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Keep what has been written so far. The script asks quietly and stays on the page."""
    ticket = ticket_for(request.user, ticket_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(answer=AnswerForm(request.POST)), status=422)
    save_draft(ticket, form.cleaned_data["text"], by=request.user, now=timezone.now())
    if "quietly" in request.POST:
        return HttpResponse(status=204)
    messages.success(request, _("The draft is kept. Only you can read it."))
    return _to_answer(ticket)


@require_POST
def note(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Write an internal note."""
    ticket = ticket_for(request.user, ticket_id)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(note=form), status=422)
    write_note(ticket, form.cleaned_data["text"], by=request.user, now=timezone.now())
    messages.success(request, _("The note is written. Only agents see it."))
    return redirect("ticket", ticket_id)


@require_POST
def answer_again(request: AgentRequest, outgoing_id: UUID) -> HttpResponse:
    """Send an answer again that failed, or that may not have been sent."""
    outgoing = outgoing_for(request.user, outgoing_id)
    try:
        send_again(outgoing, by=request.user, now=timezone.now())
    except ActionError:
        messages.warning(request, _("Nothing was sent: its state changed meanwhile. Look at it again."))
    else:
        messages.success(request, _("The answer is approved again and will be sent."))
    return redirect("ticket", outgoing.message.ticket_id)


def _to_answer(ticket: Ticket) -> HttpResponse:
    response = redirect("ticket", ticket.pk)
    response.headers["Location"] += "#answer"
    return response


def _said_of(way: Way) -> str:
    if way is Way.WAITS:
        return _("The answer is kept and waits for a key.")
    if way is Way.ENCRYPTED:
        return _("The answer is approved and goes out encrypted.")
    return _("The answer is approved and goes out in clear.")
