"""How long somebody stays signed in, and that nothing they wrote is lost when it ends."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

BEGAN, SEEN = "began", "seen"
A_MINUTE = 60


@receiver(user_logged_in, dispatch_uid="sessions")
def begin(request: HttpRequest, **options: object) -> None:
    """Both clocks start when somebody signs in."""
    request.session[BEGAN] = request.session[SEEN] = _now()


class IdleMiddleware:
    """Whoever does nothing for SESSION_IDLE_SECONDS is signed out, and everybody is after SESSION_COOKIE_AGE.

    When somebody was seen last is kept in the session and written once a minute at most. Writing a session lets
    Django count its age anew, so its beginning is kept beside it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            now = _now()
            if _is_over(request, now):
                if request.POST.get("text", "").strip():
                    # Its session stays over: a second press gets the words back, too.
                    return _signed_out(request)
                logout(request)
            elif now - request.session[SEEN] >= A_MINUTE:
                request.session[SEEN] = now
        return self.get_response(request)


def kept_text(request: HttpRequest, status: HTTPStatus, title: str, words: str, *, link: str) -> HttpResponse:
    """Give back what somebody wrote and where it cannot be kept: nothing typed is lost."""
    text = request.POST.get("text", "")
    link_words = _("Sign in") if status == HTTPStatus.FORBIDDEN else _("To the queues")
    context = {"title": title, "words": words, "text": text, "link": link, "link_words": link_words}
    return HttpResponse(render_to_string("kept_text.html", context), status=status)


def _is_over(request: HttpRequest, now: int) -> bool:
    began, seen = request.session.setdefault(BEGAN, now), request.session.setdefault(SEEN, now)
    is_idle = now - seen >= settings.SESSION_IDLE_SECONDS
    return bool(is_idle or now - began >= settings.SESSION_COOKIE_AGE)


def _signed_out(request: HttpRequest) -> HttpResponse:
    words = _(
        "The desk signs people out after a while, and nothing was sent or kept. Copy what you wrote, then sign in again."
    )
    link = reverse(settings.LOGIN_URL)
    return kept_text(request, HTTPStatus.FORBIDDEN, _("Signed out"), words, link=link)


def _now() -> int:
    return int(timezone.now().timestamp())
