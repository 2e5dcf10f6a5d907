"""What is pressed on a page that is no longer true does nothing, and what was typed there is not lost."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.desk.rows import ago, foreign_ticket, new_message, new_ticket
from tickets.models import Draft, Message, Outgoing, Queue, Ticket

WORDS = "Try another adapter."


def _page(client: Client, ticket: Ticket) -> str:
    return client.get(reverse("ticket", args=[ticket.pk])).content.decode()


def _hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)


def _press(client: Client, name: str, ticket: Ticket, **data: object) -> tuple[int, str]:
    answer = client.post(reverse(name, args=[ticket.pk]), {"text": WORDS, "way": "waits", **data})
    return answer.status_code, answer.content.decode()


def _state(ticket: Ticket) -> tuple[str, bool]:
    ticket.refresh_from_db()
    return ticket.state, ticket.waiting_since is not None


def test_a_page_says_how_much_of_the_requester_it_shows(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, machine="bounce")
    new_message(ticket, kind="note")
    new_message(ticket, kind="outbound")
    assert _hidden(_page(desk, ticket), "seen") == ["1", "1"]  # To close it, and to answer.


@pytest.mark.parametrize("came", [0, 24 * 9])
def test_nothing_is_sent_over_a_message_that_nobody_has_read(
    desk: Client, ticket: Ticket, came: float
) -> None:
    """However old it is: one that was tried again has the day on which we got it."""
    new_message(ticket, text="Never mind, it works.", created=ago(came))
    status, page = _press(desk, "answer", ticket, seen=1)
    assert status == 409
    assert "Nothing was sent: a message came meanwhile." in page
    assert f"{WORDS}</textarea>" in page
    assert "Never mind, it works." in page
    assert not Outgoing.objects.exists()
    assert _state(ticket) == ("open", True)
    assert _hidden(page, "seen") == ["2", "2"]
    assert _press(desk, "answer", ticket, seen=2)[0] == 302


def test_nothing_is_closed_over_a_message_that_nobody_has_read(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, text="One more thing.", created=ago(0))
    answer = desk.post(reverse("close", args=[ticket.pk]), {"seen": 1}, follow=True)
    assert "It was not closed: a message came meanwhile. Read it first." in answer.content.decode()
    assert _state(ticket) == ("open", True)
    assert not ticket.events.exists()
    desk.post(reverse("close", args=[ticket.pk]), {"seen": 2})
    assert _state(ticket) == ("closed", False)


@pytest.mark.parametrize("given", [{"machine": "bounce"}, {"kind": "note"}, {"kind": "outbound"}])
def test_what_no_requester_wrote_holds_nothing_up(
    desk: Client, ticket: Ticket, given: dict[str, str]
) -> None:
    new_message(ticket, created=ago(0), **given)
    assert _press(desk, "answer", ticket, seen=1)[0] == 302
    desk.post(reverse("close", args=[ticket.pk]), {"seen": 1})
    assert _state(ticket) == ("closed", False)


def test_nonsense_closes_nothing(desk: Client, ticket: Ticket) -> None:
    desk.post(reverse("close", args=[ticket.pk]), {"seen": "all of it"})
    assert _state(ticket) == ("open", True)


def test_a_second_press_is_told_apart_from_what_came_after_the_first(desk: Client, ticket: Ticket) -> None:
    press = {"identity": str(uuid4()), "seen": 1}
    assert _press(desk, "answer", ticket, **press)[0] == 302
    new_message(ticket, text="Thank you!", created=ago(0))
    assert _press(desk, "answer", ticket, **press)[0] == 302
    assert Outgoing.objects.filter(kind="answer").count() == 1
    assert not Draft.objects.exists()


def test_trouble_with_our_own_key_is_said_and_the_text_kept(
    desk: Client, queue: Queue, keyring: SecretKeyring
) -> None:
    Queue.objects.update(fingerprint="B" * 40)
    ticket = new_ticket(queue, protected=False)
    status, page = _press(desk, "answer", ticket, way="clear", understood="on")
    assert status == 409
    assert "GnuPG could not work with the key of this queue." in page
    assert f"{WORDS}</textarea>" in page
    assert not Outgoing.objects.exists()
    assert f"{WORDS}</textarea>" in _page(desk, ticket)


@pytest.fixture
def going(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A ticket whose forgetting begins when the page has just found it."""

    def look_then_forget(user: User, ticket_id: UUID) -> Ticket:
        found = Ticket.objects.select_related("key", "queue", "agent").get(pk=ticket_id)
        Ticket.objects.update(state=Ticket.State.FORGETTING)
        return found

    monkeypatch.setattr("tickets.desk.conversation.answers.ticket_for", look_then_forget)
    return ticket


@pytest.mark.parametrize("name", ["answer", "draft", "note"])
def test_into_a_ticket_that_goes_nothing_is_written_and_nothing_lost(
    desk: Client, going: Ticket, name: str
) -> None:
    status, page = _press(desk, name, going)
    assert status == 409
    assert "Nothing was kept: this ticket is being forgotten." in page
    assert f"{WORDS}</textarea>" in page
    assert not Draft.objects.exists()
    assert not Message.objects.exclude(kind="inbound").exists()


@pytest.mark.parametrize("name", ["answer", "draft", "note"])
def test_who_has_lost_the_ticket_meanwhile_gets_their_words_back(desk: Client, name: str) -> None:
    ticket = foreign_ticket()
    status, page = _press(desk, name, ticket)
    assert status == 404
    assert f"readonly>{WORDS}</textarea>" in page
    assert "Not for Alice" not in page
    assert not ticket.messages.exclude(kind="inbound").exists()


def test_what_the_script_keeps_quietly_is_not_said_to_be_kept(desk: Client, going: Ticket) -> None:
    assert _press(desk, "draft", going, quietly="1")[0] == 409
