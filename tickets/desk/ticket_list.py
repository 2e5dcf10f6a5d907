"""The list of tickets: unanswered first, oldest first."""

from __future__ import annotations

from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from helpdesk.lib.http import AgentRequest
from helpdesk.lib.pages import page_of
from tickets.desk.filters import filter_tickets
from tickets.desk.rows import ROWS_A_PAGE, rows_of


@require_safe
def list_tickets(request: AgentRequest) -> TemplateResponse:
    """What somebody has to look at, narrowed by what the address asks for."""
    chosen = filter_tickets(request)
    page = page_of(chosen.qs, request.GET.get("page", "1"), size=ROWS_A_PAGE)
    context = {
        "filter": chosen,
        "page": page,
        "rows": rows_of(page.rows),
        "is_narrowed": _is_narrowed(request),
    }
    return TemplateResponse(request, "desk/ticket_list.html", context)


def _is_narrowed(request: AgentRequest) -> bool:
    return any(request.GET.get(name) for name in ("queue", "state", "language", "mine"))
