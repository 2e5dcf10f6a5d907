"""What every page of the desk knows."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from helpdesk.models import User
from stats.counts import mine_unanswered, state_of_house, work_by_queue


def desk(request: HttpRequest) -> dict[str, object]:
    """Context for the shell of the desk; nobody's when the page is not for somebody who is signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"agent": None}
    return {
        "agent": user,
        "here": _here(request),
        "works": work_by_queue(user),
        "mine": mine_unanswered(user),
        "house": state_of_house(user, timezone.now()),
    }


def _here(request: HttpRequest) -> str:
    """The entry of the navigation that this page is: a page's name, a queue's slug, or nothing."""
    name = (request.resolver_match.url_name if request.resolver_match else None) or ""
    if name.startswith("mail_room"):
        return "mail_room"
    if name != "tickets":
        return name
    if request.GET.get("mine") == "1":
        return "mine"
    return request.GET.get("queue") or "tickets"
