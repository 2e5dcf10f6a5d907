"""Back to the list in which a button about a mail was pressed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from helpdesk.lib.http import AgentRequest

# The form names one of our own lists; an address in it would let a stranger's link lead elsewhere.
_LISTS = {
    "room": "mail_room",
    "quarantine": "mail_room_quarantine",
    "aside": "mail_room_aside",
    "outbox": "mail_room_outbox",
}


def back_to_list(request: AgentRequest) -> HttpResponse:
    """To the list that the form named, narrowed as it was; without one, to the unfiled mails."""
    address = reverse(_LISTS.get(request.POST.get("back", ""), "mails"))
    narrowing = {name: request.POST[name] for name in ("reason", "state") if request.POST.get(name)}
    return redirect(f"{address}?{urlencode(narrowing)}" if narrowing else address)
