"""Two agents who agree that an encrypted text which came under another name may be answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.http import AgentRequest
from tickets.access import message_for
from tickets.actions.errors import NotPossibleNow
from tickets.actions.release_replayed import agree_to_release, ask_release, withdraw_release


@require_POST
def ask(request: AgentRequest, message_id: UUID) -> HttpResponse:
    """Ask a colleague to agree that this message may be answered."""
    message = message_for(request.user, message_id)
    try:
        ask_release(message, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(request, _("Nothing was changed: somebody else has asked or agreed meanwhile."))
    else:
        messages.success(request, _("A colleague of this queue has to agree now, on this page."))
    return redirect("ticket", message.ticket_id)


@require_POST
def withdraw(request: AgentRequest, message_id: UUID) -> HttpResponse:
    """Take back what one asked."""
    message = message_for(request.user, message_id)
    try:
        withdraw_release(message, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(
            request, _("Nothing was changed: you did not ask, or a colleague has agreed meanwhile.")
        )
    else:
        messages.success(request, _("It is taken back: nobody is asked any more, and nothing can be sent."))
    return redirect("ticket", message.ticket_id)


@require_POST
def agree(request: AgentRequest, message_id: UUID) -> HttpResponse:
    """Agree with the colleague who asked."""
    message = message_for(request.user, message_id)
    try:
        agree_to_release(message, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(request, _("Nothing was changed: one of you has to ask, and another to agree."))
    else:
        messages.success(request, _("Both of you agree: it can be answered."))
    return redirect("ticket", message.ticket_id)
