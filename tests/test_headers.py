"""Every answer carries the security headers, also those that say what did not work."""

from __future__ import annotations

import uuid

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import path, reverse

from helpdesk import urls
from helpdesk.models import User
from tests.desk.rows import new_attachment, new_message, new_ticket
from tickets.models import Queue

PAGES = ["front", "tickets", "mails", "preferences", "account_change_password", "account_logout"]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
}


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("swordfish")


handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("fails/", _fail, name="fails")]


def check_headers(answer: HttpResponseBase) -> None:
    """All of them but the content policy, which files have stricter."""
    expected = {
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert "no-store" in answer.headers["Cache-Control"]


def check_policy(answer: HttpResponseBase) -> None:
    """The strict policy: only our own files, nothing inline."""
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.parametrize("name", PAGES)
def test_pages(desk: Client, name: str) -> None:
    answer = desk.get(reverse(name))
    assert answer.status_code == 200
    check_headers(answer)
    check_policy(answer)


@pytest.mark.django_db
def test_the_entrance(client: Client) -> None:
    answer = client.get(reverse("account_login"))
    check_headers(answer)
    check_policy(answer)


def test_a_ticket(desk: Client, queue: Queue) -> None:
    answer = desk.get(reverse("ticket", args=[new_ticket(queue).pk]))
    check_headers(answer)
    check_policy(answer)


def test_not_found(desk: Client) -> None:
    for address in ("/nothing/", reverse("ticket", args=[uuid.uuid4()])):
        answer = desk.get(address)
        assert answer.status_code == 404
        assert b"<h1>Nothing here</h1>" in answer.content
        check_headers(answer)
        check_policy(answer)


def test_a_form_that_is_not_ours(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(reverse("preferences"), {"appearance": "dark"})
    assert answer.status_code == 403
    assert b"<h1>The form was not taken</h1>" in answer.content
    check_headers(answer)
    check_policy(answer)


@pytest.mark.django_db
def test_a_host_that_is_not_ours(client: Client) -> None:
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    check_headers(answer)
    check_policy(answer)


@pytest.mark.urls(__name__)
def test_a_fault_of_ours(desk: Client) -> None:
    desk.raise_request_exception = False
    answer = desk.get("/fails/")
    assert answer.status_code == 500
    assert b"<h1>The desk is at fault</h1>" in answer.content
    assert b"swordfish" not in answer.content
    check_headers(answer)
    check_policy(answer)


def test_redirects_and_refused_methods(client: Client, desk: Client) -> None:
    for answer in (client.get("/"), desk.post("/"), desk.get(reverse("close", args=[uuid.uuid4()]))):
        assert answer.status_code in {302, 405}
        check_headers(answer)
        check_policy(answer)


@pytest.mark.parametrize("kind", ["original", "attachment"])
def test_files_are_saved_in_a_sandbox_and_never_shown(desk: Client, queue: Queue, kind: str) -> None:
    ticket = new_ticket(queue)
    message = new_message(ticket, raw_blob=ticket.key.write_blob(b"<script>"))
    identity = {
        "original": message,
        "attachment": new_attachment(message, "a.html", "text/html", b"<script>"),
    }
    answer = desk.get(reverse(kind, args=[identity[kind].pk]))
    check_headers(answer)
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
