"""Where a conversation stands: one word for it in the list, at the head of its page, and on the front page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.models import User
from stats.counts import state_of_house
from tests.desk.rows import (
    ago,
    browser_of,
    foreign_ticket,
    new_message,
    new_outgoing,
    new_public_key,
    new_ticket,
)
from tickets.desk.standing import standings_of
from tickets.models import Message, Queue, Ticket


def _line(text: str) -> str:
    return " ".join(text.split())


def _seen(client: Client, address: str) -> str:
    return _line(client.get(address).content.decode())


def _word(ticket: Ticket, user: User) -> tuple[str, str]:
    ticket.refresh_from_db()
    standing = standings_of([ticket], user)[ticket.pk]
    return standing.state, standing.word


@pytest.fixture
def replayed(ticket: Ticket) -> Message:
    """An encrypted text that another mailed before."""
    return new_message(ticket, text="Quote this.", encryption="ok", replayed=True)


def test_who_is_asked_to_agree_learns_it_everywhere(
    desk: Client, alice: User, bob: User, replayed: Message
) -> None:
    desk.post(reverse("ask_release", args=[replayed.pk]))
    assert _word(replayed.ticket, alice) == ("danger", "waits for a colleague to agree")
    assert _word(replayed.ticket, bob) == ("danger", "a colleague asks you to agree")
    bobs = browser_of(bob)
    assert "a colleague asks you to agree" in _seen(bobs, reverse("tickets"))
    front = _seen(bobs, "/")
    assert "Alice asks you to agree" in front
    assert f"/tickets/{replayed.ticket_id}/#m-{replayed.pk}" in front
    assert state_of_house(bob, timezone.now()).to_decide == 1
    assert state_of_house(alice, timezone.now()).to_decide == 0


def test_a_list_shows_what_may_be_stolen_as_danger_and_no_lock(desk: Client, replayed: Message) -> None:
    page = _seen(desk, reverse("tickets"))
    assert "perhaps not theirs" in page
    assert "protected </span>" not in page
    head = _seen(desk, reverse("ticket", args=[replayed.ticket_id]))
    assert "perhaps not theirs: do not answer yet" in head


def test_who_asked_takes_it_back(desk: Client, alice: User, bob: User, replayed: Message) -> None:
    desk.post(reverse("ask_release", args=[replayed.pk]))
    assert "Take it back" in _seen(desk, reverse("ticket", args=[replayed.ticket_id]))
    refused = browser_of(bob).post(reverse("withdraw_release", args=[replayed.pk]), follow=True)
    assert "you did not ask" in _line(refused.content.decode())
    answer = desk.post(reverse("withdraw_release", args=[replayed.pk]), follow=True)
    assert "nobody is asked any more" in _line(answer.content.decode())
    assert state_of_house(bob, timezone.now()).to_decide == 0
    assert "Alice: took back that it may be answered" in _line(answer.content.decode())


def test_a_key_that_came_for_a_waiting_answer_is_said(desk: Client, alice: User, queue: Queue) -> None:
    waits = new_ticket(queue, waiting_since=None)
    new_outgoing(waits, state="waiting", rendered=None)
    assert _word(waits, alice) == ("careful", "waits for a key")
    brought = new_message(new_ticket(queue, waiting_since=None))
    new_public_key(state="proposed", message=brought)
    assert _word(waits, alice) == ("careful", "a key came: compare it")
    front = _seen(desk, "/")
    assert "a key came: compare it" in front
    assert reverse("keys", args=[waits.pk]) in front
    assert state_of_house(alice, timezone.now()).to_compare == 1


def test_no_key_is_to_be_compared_for_an_answer_that_may_go(alice: User, queue: Queue) -> None:
    new_public_key(state="proposed")
    released = new_ticket(queue, waiting_since=None)
    new_outgoing(released, state="waiting", rendered=None, not_before=ago(1))
    new_outgoing(foreign_ticket(), state="sent")
    assert state_of_house(alice, timezone.now()).to_compare == 0


def test_what_a_machine_wrote_is_not_called_answered(desk: Client, alice: User, queue: Queue) -> None:
    ticket = new_ticket(queue, waiting_since=None)
    new_message(ticket, machine="list")
    assert _word(ticket, alice) == ("quiet", "from a machine")
    new_outgoing(ticket)
    assert _word(ticket, alice) == ("answered", "answered")


def test_an_answer_that_came_back_is_said_to_be_everywhere(desk: Client, alice: User, ticket: Ticket) -> None:
    User.objects.filter(pk=alice.pk).update(is_coordinator=True)
    about = new_outgoing(ticket).said
    new_message(
        ticket, machine="bounce", about=about, delivery="failed", delivery_code="5.1.1", created=ago(1)
    )
    assert "answer came back" in _seen(desk, reverse("tickets"))
    page = _seen(desk, reverse("ticket", args=[ticket.pk]))
    assert "answer came back for 2 h" in page
    assert "came back: it did not arrive" in page
    assert "came back: it did not arrive" in _seen(desk, reverse("mail_room_outbox"))


@pytest.mark.parametrize(("held", "words"), [(-1, "held back until"), (1, "soon to be sent")])
def test_an_automatic_mail_without_bytes_waits_for_no_key(
    desk: Client, alice: User, ticket: Ticket, held: float, words: str
) -> None:
    User.objects.filter(pk=alice.pk).update(is_coordinator=True)
    unwritten = new_outgoing(ticket, kind="notice", state="waiting", rendered=None, not_before=ago(held))
    Message.objects.filter(pk=unwritten.said.pk).update(kind="automatic")
    assert words in _seen(desk, reverse("ticket", args=[ticket.pk]))
    for address in (reverse("mail_room_outbox"), reverse("mail_room")):
        assert "waits for a key</a> <span" not in _seen(desk, address)
    assert words in _seen(desk, reverse("mail_room_outbox"))
    assert "soon to be sent, or held back by the breaker" in _seen(desk, reverse("mail_room"))


def test_several_keys_in_one_mail_are_said_on_both_pages(desk: Client, ticket: Ticket) -> None:
    ticket.events.create(kind="keys_several", at=ago(1))
    page = _seen(desk, reverse("ticket", args=[ticket.pk]))
    assert page.count("so none of them was taken") > 1
    keys = _seen(desk, reverse("keys", args=[ticket.pk]))
    assert "Several keys came for them in one mail, so none of them was taken." in keys
    assert "No key of theirs has come." not in keys
