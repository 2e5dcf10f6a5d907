"""The list of tickets: unanswered first, oldest first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from helpdesk.lib.http import AgentRequest
from helpdesk.lib.pages import page_of
from tickets.desk.filters import filter_tickets
from tickets.desk.rows import ROWS_A_PAGE, rows_of

NARROWING = ("queue", "state", "language", "mine")


@require_safe
def list_tickets(request: AgentRequest) -> TemplateResponse:
    """What somebody has to look at, narrowed by what the address asks for."""
    chosen = filter_tickets(request)
    page = page_of(chosen.qs, request.GET.get("page", "1"), size=ROWS_A_PAGE)
    context = {
        "filter": chosen,
        "page": page,
        "rows": rows_of(page.rows, request.user),
        "query": _query(request),
        "is_narrowed": bool(_query(request)),
    }
    return TemplateResponse(request, "desk/ticket_list.html", context)


def _query(request: AgentRequest) -> str:
    """What narrows the list, as the beginning of another page's address."""
    asked = {name: request.GET[name] for name in NARROWING if request.GET.get(name)}
    return f"{urlencode(asked)}&" if asked else ""
