"""What every answer of the web server carries."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from helpdesk.models import User


class AgentRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class PrivacyHeadersMiddleware:
    """No page is stored, none is shared with another origin, no device feature is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "")
        return response


class OwnLanguageMiddleware:
    """Whoever chose a language for the desk gets it, whatever the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language not in dict(settings.LANGUAGES):
            return self.get_response(request)
        # LocaleMiddleware, which runs around this, puts things back and names the language in the answer.
        translation.activate(language)
        return self.get_response(request)
