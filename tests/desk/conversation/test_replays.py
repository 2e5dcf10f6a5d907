"""A text that came under another name: said in red, and answered only when two agents agree."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import browser_of, foreign_ticket, new_message, new_public_key
from tickets.models import Message, Ticket

BANNER = (
    "The same encrypted text came earlier from another sender. Do not quote or answer it before asking a"
    " colleague."
)


@pytest.fixture
def replayed(ticket: Ticket) -> Message:
    new_public_key()
    return new_message(ticket, text="Please quote this.", encryption="ok", replayed=True)


def _page(client: Client, ticket: Ticket) -> str:
    answer = client.get(reverse("ticket", args=[ticket.pk]))
    return re.sub(r"\s+", " ", answer.content.decode())


def _press(client: Client, name: str, message: Message) -> str:
    answer = client.post(reverse(name, args=[message.pk]), follow=True)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_it_is_said_in_red_and_nothing_can_be_sent(desk: Client, replayed: Message) -> None:
    page = _page(desk, replayed.ticket)
    assert 'class="saying saying-danger"' in page
    assert BANNER in page
    assert "Nothing can be answered here before a colleague has agreed" in page
    assert "Send encrypted" not in page
    assert "Ask a colleague to agree" in page


def test_two_agents_release_it(desk: Client, bob: User, replayed: Message) -> None:
    page = _press(desk, "ask_release", replayed)
    assert "A colleague of this queue has to agree before anything can be sent." in page
    assert "I agree" not in page
    bobs = browser_of(bob)
    assert "Alice says that it may be answered." in _page(bobs, replayed.ticket)
    page = _press(bobs, "agree_to_release", replayed)
    assert "Alice asked and Bob agreed: it may be answered." in page
    assert BANNER in page
    assert "Send encrypted" in page
    assert "Alice: said that it may be answered; a second person must agree" in page


def test_one_agent_does_not_release_it(desk: Client, replayed: Message) -> None:
    _press(desk, "ask_release", replayed)
    page = _press(desk, "agree_to_release", replayed)
    assert "one of you has to ask, and another to agree" in page
    assert "Send encrypted" not in page


def test_who_asks_second_is_told_of_the_first(desk: Client, bob: User, replayed: Message) -> None:
    _press(desk, "ask_release", replayed)
    page = _press(browser_of(bob), "ask_release", replayed)
    assert "somebody else has asked or agreed meanwhile" in page
    assert "I agree: it may be answered" in page


def test_who_sees_nothing_agrees_to_nothing(charlie: User, alice: User, replayed: Message) -> None:
    browser_of(alice).post(reverse("ask_release", args=[replayed.pk]))
    assert browser_of(charlie).post(reverse("agree_to_release", args=[replayed.pk])).status_code == 404
    replayed.refresh_from_db()
    assert replayed.released is None


def test_of_another_queue_nothing_is_released(desk: Client, queue: object) -> None:
    theirs = new_message(foreign_ticket(), replayed=True)
    for name in ("ask_release", "agree_to_release"):
        assert desk.post(reverse(name, args=[theirs.pk])).status_code == 404


def test_a_colleague_who_is_gone_is_not_named(
    desk: Client, bob: User, alice: User, replayed: Message
) -> None:
    _press(desk, "ask_release", replayed)
    _press(browser_of(bob), "agree_to_release", replayed)
    bob.delete()
    page = _page(desk, replayed.ticket)
    assert "Two agents agreed that it may be answered." in page
    assert "Send encrypted" in page
