"""Everybody who answers with a key of the desk sees that it ends, or that it cannot be used."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crypto.models import DeskKey
from helpdesk.models import User
from tests.desk.rows import browser_of
from tests.keyrings import DESK

ADDRESS = "desk@desk.example"


def front(browser: Client) -> str:
    return " ".join(html.unescape(browser.get(reverse("front")).content.decode()).split())


def known(*, days: float | None = None, trouble: str = "", fingerprint: str = DESK) -> None:
    now = timezone.now()
    end = None if days is None else now + timedelta(days=days)
    DeskKey.objects.create(
        fingerprint=fingerprint, address=ADDRESS, expires=end, trouble=trouble, checked=now
    )


@pytest.mark.parametrize(
    ("days", "trouble", "words"),
    [
        (14.5, "", "expires in 14 days"),
        (1.5, "", "expires in 1 day<"),
        (-1, "", "has expired: nobody can write to us encrypted"),
        (-1, "expired", "has expired: nobody can write to us encrypted"),
        (None, "revoked", "is revoked: nobody can write to us encrypted"),
        (None, "missing", "is missing: mail to it cannot be opened"),
        (None, "sign_only", "has no part that people can encrypt to"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(desk: Client, days: float | None, trouble: str, words: str) -> None:
    known(days=days, trouble=trouble)
    assert f"The desk's key {ADDRESS} {words}" in front(desk)


@pytest.mark.parametrize("days", [None, 90])
def test_of_a_key_with_time_nothing_is_said(desk: Client, days: float | None) -> None:
    known(days=days)
    assert front(desk).count("The desk's key") == 0


def test_of_a_key_of_no_queue_nothing_is_said(desk: Client) -> None:
    known(days=3, fingerprint="A" * 40)
    assert front(desk).count("The desk's key") == 0


def test_a_coordinator_of_no_queue_sees_it_and_an_agent_of_none_does_not(desk: Client, charlie: User) -> None:
    known(days=3)
    assert front(browser_of(charlie)).count(ADDRESS) == 0
    charlie.is_coordinator = True
    charlie.save()
    assert front(browser_of(charlie)).count(ADDRESS) == 1
