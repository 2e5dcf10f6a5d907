"""Signing in and out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from helpdesk.models import User
from tests.conftest import PASSWORD

LOGIN = reverse("account_login")
WRONG = {"login": "alice", "password": "wrong"}


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _said(client: Client, login: str, password: str) -> tuple[int, str]:
    answer = client.post(LOGIN, {"login": login, "password": password})
    return answer.status_code, answer.content.decode()


def test_the_right_password_opens_the_desk(client: Client, alice: User) -> None:
    answer = client.post(LOGIN, {"login": "alice", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("front")
    cookie = answer.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert client.get("/").status_code == 200


def test_wrong_names_and_wrong_passwords_are_answered_alike(client: Client, alice: User) -> None:
    words = "This name and password do not belong together."
    for name in ("alice", "nobody-of-this-name"):
        status, page = _said(client, name, "wrong")
        assert status == 200
        assert words in page


def test_too_many_attempts_are_stopped_with_a_sentence(client: Client, alice: User) -> None:
    for _ in range(5):
        _said(client, "alice", "wrong")
    _, page = _said(client, "alice", PASSWORD)
    assert "Wait five minutes, then try again." in page
    assert client.get("/").status_code == 302


def test_a_flood_from_one_place_is_stopped_with_a_page(client: Client, alice: User) -> None:
    for number in range(60):
        _said(client, f"agent{number}", "wrong")
    status, page = _said(client, "alice", PASSWORD)
    assert status == 429
    assert "<h1>Too many attempts</h1>" in page


def test_a_closed_account_stays_out(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()
    client.post(LOGIN, {"login": "alice", "password": PASSWORD}, follow=True)
    assert client.get("/").status_code == 302


def test_signing_out_needs_a_press(desk: Client) -> None:
    assert desk.get(reverse("account_logout")).status_code == 200
    assert desk.get("/").status_code == 200
    assert desk.post(reverse("account_logout")).headers["Location"] == LOGIN
    assert desk.get("/").status_code == 302


def test_a_changed_password_ends_the_other_sessions(desk: Client, alice: User) -> None:
    elsewhere = Client()
    elsewhere.post(LOGIN, {"login": "alice", "password": PASSWORD})
    new = "another horse battery staple"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert desk.post(reverse("account_change_password"), data).status_code == 302
    assert elsewhere.get("/").status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(new)


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_email"])
def test_nobody_signs_up_or_gets_a_password_by_mail(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
