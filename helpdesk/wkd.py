"""The desk's own keys where mail programs look for them: a Web Key Directory, for everybody who asks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets.own_keys.published import published_certificate, publishes_for

SECONDS = 60 * 60
"""How long a copy is good: so soon everybody has a new subkey."""


@login_not_required
@require_safe
def key(request: HttpRequest, local_hash: str, domain: str = "") -> HttpResponse:
    """The key of one of our addresses, without the others' addresses."""
    found = published_certificate(domain or _host(request), local_hash, now=timezone.now())
    if not found:
        raise Http404
    return _open_to_all(HttpResponse(found, content_type="application/octet-stream"))


@login_not_required
@require_safe
def policy(request: HttpRequest, domain: str = "") -> HttpResponse:
    """That there is such a directory; an empty file says all that we have to say."""
    if not publishes_for(domain or _host(request)):
        raise Http404
    return _open_to_all(HttpResponse(b"", content_type="text/plain; charset=utf-8"))


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


def _open_to_all(response: HttpResponse) -> HttpResponse:
    """It is public: caches may keep it, and mail programs that live in a browser may read it."""
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
