"""Changing a ticket: who has it, where it waits, whether it is open, which key is right."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.http import AgentRequest
from tickets.access import members_of, queues_of, ticket_for
from tickets.actions.assign import assign_ticket
from tickets.actions.close import close_ticket, reopen_ticket
from tickets.actions.errors import ActionError, MessageCame, NotPossibleNow
from tickets.actions.keys.confirm_key import confirm_key
from tickets.actions.move import move_ticket
from tickets.desk.forms import AssignForm, CloseForm, ConfirmKeyForm, MoveForm


@require_POST
def assign(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Take it, give it to a colleague, or give it back."""
    ticket = ticket_for(request.user, ticket_id)
    form = AssignForm(members_of(ticket.queue), request.POST)
    if not form.is_valid():
        messages.warning(
            request, _("Nothing was changed: this person does not work on the queue of the ticket.")
        )
        return redirect("ticket", ticket_id)
    to, was = form.cleaned_data["agent"], form.cleaned_data["was"]
    try:
        assign_ticket(ticket, to, was=was, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(
            request, _("Nothing was changed: somebody else took or gave it meanwhile. See who has it now.")
        )
    return redirect("ticket", ticket_id)


@require_POST
def move(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Move it to another queue of one's own."""
    ticket = ticket_for(request.user, ticket_id)
    form = MoveForm(queues_of(request.user), request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was changed: choose one of your queues."))
        return redirect("ticket", ticket_id)
    move_ticket(ticket, form.cleaned_data["queue"], by=request.user, now=timezone.now())
    return redirect("ticket", ticket_id)


@require_POST
def close(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Close it, if nothing came that the page did not show."""
    ticket, form = ticket_for(request.user, ticket_id), CloseForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    try:
        close_ticket(ticket, by=request.user, now=timezone.now(), seen=seen)
    except MessageCame:
        messages.warning(request, _("It was not closed: a message came meanwhile. Read it first."))
    return redirect("ticket", ticket_id)


@require_POST
def reopen(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Open it again."""
    reopen_ticket(ticket_for(request.user, ticket_id), by=request.user, now=timezone.now())
    return redirect("ticket", ticket_id)


@require_POST
def confirm(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Say which of two keys is the requester's, after comparing both."""
    ticket = ticket_for(request.user, ticket_id)
    form = ConfirmKeyForm(request.POST)
    try:
        if not form.is_valid():
            raise NotPossibleNow
        confirm_key(ticket, form.cleaned_data["fingerprint"], by=request.user, now=timezone.now())
    except ActionError:
        messages.warning(
            request, _("Nothing was changed: this key is not one of those that wait to be compared.")
        )
    else:
        messages.success(request, _("The key is confirmed. Answers are encrypted to it from now on."))
    return redirect("ticket", ticket_id)
