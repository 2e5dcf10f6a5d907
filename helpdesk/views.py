"""The front page, and the pages that say what did not work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.lib.http import AgentRequest
from tickets.access import asked_to_agree, outgoing_of, tickets_of, with_a_key_to_compare

SHOWN = 20


@require_safe
def front(request: AgentRequest) -> TemplateResponse:
    """The queues with what waits in them, and what somebody has to decide about; the counts come with the shell."""
    user = request.user
    stuck = outgoing_of(user).stuck().select_related("message__ticket").order_by("approved")
    asked = asked_to_agree(user).select_related("ticket", "release_asked_by").order_by("created")
    to_compare = with_a_key_to_compare(tickets_of(user), now=timezone.now()).order_by("updated")
    context = {"stuck": stuck[:SHOWN], "asked": asked[:SHOWN], "to_compare": to_compare[:SHOWN]}
    return TemplateResponse(request, "front.html", context)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that the desk does not take."""
    words = _("The browser sent something that this desk does not take. Nothing was changed.")
    return _plain(400, _("That could not be read"), words)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not allowed."""
    return _plain(
        403, _("Not for this account"), _("This page is not for your account. Nothing was changed.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or was not ours."""
    words = _(
        "This form was too old, or did not come from this desk. Nothing was changed. Go back, reload, send it again."
    )
    return _plain(403, _("The form was not taken"), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours; which of both is not said."""
    words = _(
        "There is nothing here, or it is not in one of your queues. Forgotten tickets are gone for good."
    )
    return _plain(404, _("Nothing here"), words)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: slow down."""
    words = _("There were too many attempts in a short time. Wait five minutes, then try again.")
    return _plain(429, _("Too many attempts"), words)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours. Needs neither database nor session."""
    words = _(
        "The desk met a fault of its own. What was stored before is safe; what you sent now was perhaps not stored."
        " Go back to see it again, and tell the people who run the desk when this happened."
    )
    return _plain(500, _("The desk is at fault"), words)


def _plain(status: int, title: str, words: str) -> HttpResponse:
    """Without the shell: it must work for everybody, and when everything else is broken."""
    return HttpResponse(render_to_string("problem.html", {"title": title, "words": words}), status=status)
