"""The mail room's page, and the lists behind it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.lib.http import AgentRequest
from helpdesk.lib.pages import page_of
from tickets.access import mail_room_for
from tickets.desk.mailroom.automatic import automatic_section
from tickets.desk.mailroom.desk_keys import desk_keys_section
from tickets.desk.mailroom.mail_rows import ROWS_A_PAGE, mail_row
from tickets.desk.mailroom.mailboxes import mailboxes_section
from tickets.desk.mailroom.outbox import outbox_section, rows_of, with_tickets
from tickets.desk.mailroom.reasons import reason_in_words
from tickets.desk.mailroom.sections import tile, verdict_of
from tickets.desk.mailroom.stopped import aside_section, quarantine_section
from tickets.models import Incoming, Outgoing


@require_safe
def show_mail_room(request: AgentRequest) -> TemplateResponse:
    """Whether everything is well, and where it is not, what to do."""
    room, now = mail_room_for(request.user), timezone.now()
    mailboxes, quarantine, aside = mailboxes_section(room, now), quarantine_section(room), aside_section(room)
    outbox, automatic = outbox_section(room, request.user, now), automatic_section(room, now)
    desk_keys = desk_keys_section(room, now)
    tiles = [
        tile("mailboxes", _("Mailboxes"), mailboxes.sayings),
        tile("quarantine", _("Quarantine"), quarantine.sayings),
        tile("aside", _("Set aside"), aside.sayings),
        tile("outbox", _("Outbox"), outbox.sayings),
        tile("automatic", _("Automatic mail"), automatic.sayings),
        tile("keys", _("The desk's keys"), desk_keys.sayings),
    ]
    context = {
        "verdict": verdict_of(tiles),
        "tiles": tiles,
        "mailboxes": mailboxes,
        "quarantine": quarantine,
        "aside": aside,
        "outbox": outbox,
        "automatic": automatic,
        "desk_keys": desk_keys,
    }
    return TemplateResponse(request, "desk/mailroom/room.html", context)


@require_safe
def list_quarantine(request: AgentRequest) -> TemplateResponse:
    """All mails in quarantine, newest first."""
    return _list_mails(request, Incoming.State.QUARANTINED, "quarantine")


@require_safe
def list_aside(request: AgentRequest) -> TemplateResponse:
    """All mails that were set aside, or those of one rule, newest first."""
    return _list_mails(request, Incoming.State.SET_ASIDE, "aside")


@require_safe
def list_outbox(request: AgentRequest) -> TemplateResponse:
    """All outgoing mails of one state, or of all; newest first."""
    outbox = with_tickets(mail_room_for(request.user).outbox).order_by("-approved", "pk")
    state = request.GET.get("state", "")
    if state in Outgoing.State.values:
        outbox = outbox.filter(state=state)
    page = page_of(outbox, request.GET.get("page", "1"), size=ROWS_A_PAGE)
    context = {
        "page": page,
        "rows": rows_of(page.rows, request.user),
        "states": [(each.value, each.label, each.value == state) for each in Outgoing.State],
        "state": state,
        "query": f"{urlencode({'state': state})}&" if state else "",
        "back": "outbox",
    }
    return TemplateResponse(request, "desk/mailroom/outbox.html", context)


def _list_mails(request: AgentRequest, state: Incoming.State, back: str) -> TemplateResponse:
    mails = mail_room_for(request.user).mails.filter(state=state).select_related("decided_by")
    reason = request.GET.get("reason", "")
    if reason:
        mails = mails.filter(reason=reason)
    page = page_of(mails.order_by("-received", "pk"), request.GET.get("page", "1"), size=ROWS_A_PAGE)
    context = {
        "page": page,
        "rows": [mail_row(mail) for mail in page.rows],
        "is_quarantine": state == Incoming.State.QUARANTINED,
        "reason": reason,
        "words": reason_in_words(reason) if reason else "",
        "query": f"{urlencode({'reason': reason})}&" if reason else "",
        "back": back,
    }
    return TemplateResponse(request, "desk/mailroom/mails.html", context)
