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
from tickets.access import message_for, outgoing_for, ticket_for
from tickets.actions.answer import answer_ticket, send_again
from tickets.actions.draft import discard_draft, save_draft
from tickets.actions.errors import ActionError, AlreadyDone, CannotBeAnswered, WayChanged
from tickets.actions.note import write_note
from tickets.desk.forms import AnswerForm, DraftForm, NoteForm
from tickets.desk.ticket_page import Typed, ticket_page
from tickets.models import Ticket
from tickets.travel import Way


@require_POST
def answer(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Approve an answer, if it would still travel as the page said."""
    ticket = ticket_for(request.user, ticket_id)
    form = AnswerForm(request.POST, way=request.POST.get("way", ""))
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(answer=form), status=422)
    way, text, now = Way(form.cleaned_data["way"]), form.cleaned_data["text"], timezone.now()
    # Whatever goes wrong from here on, nothing typed is lost.
    save_draft(ticket, text, by=request.user, now=now)
    try:
        answer_ticket(ticket, text, by=request.user, way=way, now=now, identity=form.cleaned_data["identity"])
    except AlreadyDone:
        return _pressed_twice(request, ticket, form)
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
        return ticket_page(request, ticket, Typed(answer=AnswerForm(request.POST, way="")), status=422)
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


def _pressed_twice(request: AgentRequest, ticket: Ticket, form: AnswerForm) -> HttpResponse:
    """The same words: there is nothing to say. Other words (somebody went back and wrote on): they stay a draft."""
    sent = message_for(request.user, form.cleaned_data["identity"])
    if sent.text != form.cleaned_data["text"]:
        messages.warning(
            request, _("An answer was sent from that page before. What you wrote since is a draft.")
        )
        return _to_answer(ticket)
    discard_draft(ticket, by=request.user)
    return redirect("ticket", ticket.pk)


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
