"""Writing in a ticket: answers, drafts, internal notes."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.http import AgentRequest
from helpdesk.lib.sessions import kept_text
from tickets.access import message_for, outgoing_for, ticket_for
from tickets.actions.answer import Shown, answer_ticket, send_again
from tickets.actions.draft import discard_draft, save_draft
from tickets.actions.errors import ActionError, AlreadyDone, KeyTrouble, MessageCame, NotPossibleNow
from tickets.actions.hold_back import take_back
from tickets.actions.note import write_note
from tickets.desk.conversation.ticket_page import Typed, ticket_page
from tickets.desk.forms import AnswerForm, DraftForm, NoteForm
from tickets.models import Ticket
from tickets.travel import Way


@require_POST
def answer(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Approve an answer, if it would still travel as the page said and nothing came that the page did not show."""
    try:
        ticket = ticket_for(request.user, ticket_id)
    except Http404:
        return _not_there(request)
    form = AnswerForm(request.POST, way=request.POST.get("way", ""))
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(answer=form), status=422)
    way, text, now = Way(form.cleaned_data["way"]), form.cleaned_data["text"], timezone.now()
    shown = Shown(way, form.cleaned_data["identity"], form.cleaned_data["seen"])
    try:
        # Whatever goes wrong from here on, nothing typed is lost.
        save_draft(ticket, text, by=request.user, now=now)
        answer_ticket(ticket, text, by=request.user, now=now, shown=shown)
    except AlreadyDone:
        return _pressed_twice(request, ticket, form)
    except ActionError as stop:
        return ticket_page(request, ticket, Typed(answer=form, stopped=_why_not_sent(stop)), status=409)
    messages.success(request, _said_of(way))
    return redirect("ticket", ticket_id)


@require_POST
def keep_draft(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Keep what has been written so far. The script asks quietly and stays on the page."""
    try:
        ticket = ticket_for(request.user, ticket_id)
    except Http404:
        return _not_there(request)
    form, typed = DraftForm(request.POST), AnswerForm(request.POST, way="")
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(answer=typed), status=422)
    try:
        save_draft(ticket, form.cleaned_data["text"], by=request.user, now=timezone.now())
    except ActionError as stop:
        return ticket_page(request, ticket, Typed(answer=typed, stopped=_why_not_sent(stop)), status=409)
    if "quietly" in request.POST:
        return HttpResponse(status=204)
    messages.success(request, _("The draft is kept. Only you can read it."))
    return _to_answer(ticket)


@require_POST
def note(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Write an internal note."""
    try:
        ticket = ticket_for(request.user, ticket_id)
    except Http404:
        return _not_there(request)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return ticket_page(request, ticket, Typed(note=form), status=422)
    try:
        write_note(ticket, form.cleaned_data["text"], by=request.user, now=timezone.now())
    except ActionError as stop:
        form.add_error("text", _why_not_sent(stop))
        return ticket_page(request, ticket, Typed(note=form), status=409)
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
    return redirect("ticket", outgoing.said.ticket_id)


@require_POST
def answer_back(request: AgentRequest, outgoing_id: UUID) -> HttpResponse:
    """Take an answer back that was not handed to the mail server yet."""
    outgoing = outgoing_for(request.user, outgoing_id)
    ticket = outgoing.said.ticket
    try:
        take_back(outgoing, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(request, _("It is too late: the answer is with the mail server already."))
        return redirect("ticket", ticket.pk)
    messages.success(request, _("The answer is not sent. It is a draft of its author again."))
    return _to_answer(ticket)


def _not_there(request: AgentRequest) -> HttpResponse:
    """404 as for any address that is not there; but it may have been there when somebody began to write."""
    if not request.POST.get("text", "").strip():
        raise Http404
    words = _(
        "This ticket is not in one of your queues, or not any more. Nothing was sent or kept. Copy what you wrote."
    )
    return kept_text(request, HTTPStatus.NOT_FOUND, _("Nothing here"), words, link=reverse("front"))


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


def _why_not_sent(stop: ActionError) -> str:
    """A sentence for the page, on which the text is kept."""
    if isinstance(stop, MessageCame):
        return _("Nothing was sent: a message came meanwhile. Read it first; your text is kept below.")
    if isinstance(stop, KeyTrouble):
        return _(
            "Nothing was sent: GnuPG could not work with the key of this queue. Somebody who runs the desk has to look"
            " at it. Your text is kept below."
        )
    if isinstance(stop, NotPossibleNow):
        return _(
            "Nothing was kept: this ticket is being forgotten. Your text is still below; copy it if you need it."
        )
    return _(
        "Nothing was sent: how an answer can travel changed while you wrote. Your text is kept below. Read how it would"
        " travel now, then decide again."
    )


def _said_of(way: Way) -> str:
    if way is Way.WAITS:
        return _("The answer is kept and waits for a key.")
    if way is Way.ENCRYPTED:
        return _("The answer is approved and goes out encrypted.")
    return _("The answer is approved and goes out in clear.")
