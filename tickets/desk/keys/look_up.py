"""Looking up a requester's key, because an agent clicks: never by itself, and never because of a mail."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from helpdesk.lib.http import AgentRequest
from tickets.access import ticket_for
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.keys.look_up_key import Asked, Outcome, Place, look_up_key

_WORDS = {
    (Place.WKD, Outcome.FOUND): gettext_noop("Their mail provider has a key. Compare it before it is used."),
    (Place.WKD, Outcome.NOTHING): gettext_noop("Their mail provider has no key."),
    (Place.WKD, Outcome.SEVERAL): gettext_noop("Their mail provider has several keys: none was taken."),
    (Place.WKD, Outcome.UNUSABLE): gettext_noop("Their mail provider has a key that cannot be used."),
    (Place.WKD, Outcome.NOT_REACHED): gettext_noop("Their mail provider could not be asked."),
    (Place.KEYSERVER, Outcome.FOUND): gettext_noop("The key server has a key. Compare it before it is used."),
    (Place.KEYSERVER, Outcome.NOTHING): gettext_noop("The key server has no key."),
    (Place.KEYSERVER, Outcome.SEVERAL): gettext_noop("The key server has several keys: none was taken."),
    (Place.KEYSERVER, Outcome.UNUSABLE): gettext_noop("The key server has a key that cannot be used."),
    (Place.KEYSERVER, Outcome.NOT_REACHED): gettext_noop("The key server could not be asked."),
}


@require_POST
def look_up(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Ask, and say for each place what came of it."""
    ticket = ticket_for(request.user, ticket_id)
    try:
        asked = look_up_key(ticket, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(request, _("Nothing was asked: there is no way to look keys up here."))
    except KeyTrouble:
        messages.warning(
            request, _("GnuPG does not work here. Tell the people who run the desk; nothing was learned.")
        )
    else:
        found = any(each.outcome is Outcome.FOUND for each in asked)
        say = messages.success if found else messages.warning
        say(request, sentence_of(asked))
    return redirect("keys", ticket_id)


def sentence_of(asked: tuple[Asked, ...]) -> str:
    """What came of it, one sentence for each place in the order in which they were asked."""
    if not asked:
        return _("For this kind of address no keys are published; nobody was asked.")
    return " ".join(_(_WORDS[each.place, each.outcome]) for each in asked)
