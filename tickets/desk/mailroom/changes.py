"""What a coordinator does in the mail room: have mails tried again, send again, close the breaker, take a mail out."""

from __future__ import annotations

import logging
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.downloads import download
from helpdesk.lib.http import AgentRequest
from tickets.access import kept_mail_for, mail_room_for, outgoing_for
from tickets.actions.answer import send_again
from tickets.actions.automatic.close_breaker import close_breaker
from tickets.actions.errors import ActionError
from tickets.actions.look_now import look_now
from tickets.actions.retry import try_all_again
from tickets.desk.mailroom.mail_rows import ROWS_A_PAGE
from tickets.desk.mailroom.way_back import back_to_list

logger = logging.getLogger(__name__)


@require_POST
def try_shown_again(request: AgentRequest) -> HttpResponse:
    """Let the mail line have all those again that the page showed, and no others."""
    shown = _shown(request)
    mails = mail_room_for(request.user).mails.filter(pk__in=shown)
    tried = try_all_again(mails, by=request.user, now=timezone.now())
    words = ngettext(
        "%(n)s mail is tried again. If it fails again, it comes back here.",
        "%(n)s mails are tried again. Those that fail again come back here.",
        tried,
    )
    messages.success(request, words % {"n": tried})
    if tried < len(shown):
        words = ngettext(
            "%(n)s was left as it is: somebody else decided about it already, or its bytes are gone.",
            "%(n)s were left as they are: somebody else decided about them already, or their bytes are gone.",
            len(shown) - tried,
        )
        messages.warning(request, words % {"n": len(shown) - tried})
    return back_to_list(request)


@require_POST
def send_out_again(request: AgentRequest, outgoing_id: UUID) -> HttpResponse:
    """Send a mail again that failed or is in doubt; only of a ticket that this coordinator works on."""
    mail_room_for(request.user)
    outgoing = outgoing_for(request.user, outgoing_id)
    try:
        send_again(outgoing, by=request.user, now=timezone.now())
    except ActionError:
        messages.warning(request, _("Nothing was sent: its state changed meanwhile. Look at it again."))
    else:
        messages.success(request, _("It is approved again and will be sent."))
    return back_to_list(request)


@require_POST
def close(request: AgentRequest, breaker_id: int) -> HttpResponse:
    """Let automatic mail flow again."""
    breaker = get_object_or_404(mail_room_for(request.user).breakers, pk=breaker_id)
    if close_breaker(breaker, by=request.user, now=timezone.now()):
        messages.success(request, _("The breaker is closed: automatic mail flows again."))
    else:
        messages.warning(request, _("Nothing was changed: the breaker was closed already."))
    return back_to_list(request)


@require_POST
def look_at_mailboxes(request: AgentRequest) -> HttpResponse:
    """Have every mailbox looked at with the next poll, also those that pause."""
    mail_room_for(request.user)
    look_now()
    seconds = settings.MAIL_POLL_SECONDS
    words = ngettext(
        "Every mailbox is looked at within %(n)s second.",
        "Every mailbox is looked at within %(n)s seconds.",
        seconds,
    )
    messages.success(request, words % {"n": seconds})
    return back_to_list(request)


@require_safe
def download_mail(request: AgentRequest, incoming_id: UUID) -> HttpResponse:
    """A mail as it came, for somebody who has to find out why it could not be filed."""
    mail = kept_mail_for(request.user, incoming_id)
    content = mail.read()
    # Who took it out is kept, by numbers only.
    logger.info("incoming %s was downloaded by user %d", mail.pk, request.user.pk)
    return download(content, name=f"mail-{mail.pk.hex[:8]}.eml")


def _shown(request: AgentRequest) -> set[UUID]:
    try:
        return {UUID(identity) for identity in request.POST.getlist("mail")[:ROWS_A_PAGE]}
    except ValueError:
        raise BadRequest from None
