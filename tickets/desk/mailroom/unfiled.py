"""Mails that were not filed: in quarantine, or set aside. Nothing of what stands in them is shown."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.http import AgentRequest
from helpdesk.lib.pages import page_of
from tickets.access import incoming_for, incoming_of
from tickets.actions.retry import try_again
from tickets.actions.set_aside import set_aside
from tickets.desk.mailroom.mail_rows import ROWS_A_PAGE, mail_row
from tickets.desk.mailroom.way_back import back_to_list


@require_safe
def list_mails(request: AgentRequest) -> TemplateResponse:
    """What somebody has to look at: quarantine first, newest first."""
    waiting = incoming_of(request.user).waiting_for_somebody().select_related("decided_by")
    page = page_of(waiting.order_by("state", "-received"), request.GET.get("page", "1"), size=ROWS_A_PAGE)
    return TemplateResponse(
        request, "desk/mails.html", {"page": page, "rows": [mail_row(mail) for mail in page.rows]}
    )


@require_POST
def try_mail_again(request: AgentRequest, incoming_id: UUID) -> HttpResponse:
    """Let the mail line have it again."""
    if try_again(incoming_for(request.user, incoming_id), by=request.user, now=timezone.now()):
        messages.success(request, _("The mail is tried again. If it fails again, it comes back here."))
    else:
        messages.warning(
            request, _("Nothing was changed: somebody else did this already, or its bytes are gone.")
        )
    return back_to_list(request)


@require_POST
def set_mail_aside(request: AgentRequest, incoming_id: UUID) -> HttpResponse:
    """Say that a mail in quarantine is not for us."""
    if set_aside(incoming_for(request.user, incoming_id), by=request.user, now=timezone.now()):
        messages.success(
            request, _("The mail is set aside. It is forgotten in time, and can be tried again until then.")
        )
    else:
        messages.warning(request, _("Nothing was changed: somebody else decided about this mail already."))
    return back_to_list(request)
