"""What came back is shown at the mail it is about, in words, and in the list of tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import ago, browser_of, new_message, new_outgoing
from tickets.desk.conversation.delivery_words import returns_of
from tickets.models import Message, Outgoing, Ticket


def _page(client: Client, ticket: Ticket) -> str:
    return client.get(reverse("ticket", args=[ticket.pk])).content.decode()


def _returned(
    outgoing: Outgoing, delivery: str = "failed", code: str = "5.1.1", *, hours: float = 0.5
) -> Message:
    ticket = outgoing.said.ticket
    given = {"machine": "bounce", "about": outgoing.said, "delivery": delivery, "delivery_code": code}
    return new_message(ticket, text="Undelivered.", created=ago(hours), **given)


@pytest.mark.parametrize(
    ("delivery", "code", "words"),
    [
        ("failed", "5.1.1", "it could not be delivered (5.1.1, no such mailbox)."),
        ("failed", "5.2.2", "it could not be delivered (5.2.2, the mailbox is full)."),
        ("failed", "5.7.26", "(5.7.26, it did not prove where it came from)."),
        ("failed", "5.9.9", "it could not be delivered (5.9.9)."),
        ("failed", "", "it could not be delivered."),
        ("delayed", "4.4.1", "it is delayed, and tried again (4.4.1, their mail server does not answer)."),
        ("delivered", "2.0.0", "it was delivered (2.0.0)."),
    ],
)
def test_it_is_said_in_words_at_the_mail_it_is_about(
    desk: Client, ticket: Ticket, delivery: str, code: str, words: str
) -> None:
    outgoing = new_outgoing(ticket)
    _returned(outgoing, delivery, code)
    page = _page(desk, ticket)
    assert words in page.partition("Undelivered.")[0]
    assert f'href="#m-{outgoing.message_id}"' in page


def test_a_report_that_says_nothing_is_only_shown(desk: Client, ticket: Ticket) -> None:
    _returned(new_outgoing(ticket), "", "")
    page = _page(desk, ticket)
    assert "A mail server says" not in page
    assert "A mail server wrote this: a mail could not be delivered." in page


def test_what_is_final_is_not_said_to_be_delayed(ticket: Ticket) -> None:
    outgoing = new_outgoing(ticket)
    _returned(outgoing, "failed", "5.1.1", hours=0.4)
    _returned(outgoing, "delayed", "4.4.1", hours=0.3)
    (saying,) = returns_of(outgoing.said)
    assert "could not be delivered" in saying.text


@pytest.mark.parametrize(
    ("delivery", "words"), [("delayed", "a mail is delayed"), ("delivered", "a mail was delivered")]
)
def test_the_report_itself_is_called_what_it_is(
    desk: Client, ticket: Ticket, delivery: str, words: str
) -> None:
    _returned(new_outgoing(ticket), delivery)
    assert f"A mail server wrote this: {words}" in _page(desk, ticket)


def test_the_list_says_that_an_answer_came_back(desk: Client, ticket: Ticket) -> None:
    back = _returned(new_outgoing(ticket))
    Ticket.objects.update(waiting_since=back.created)
    assert "answer came back" in desk.get(reverse("tickets")).content.decode()
    Ticket.objects.update(
        waiting_since=back.created + timedelta(minutes=5)
    )  # They wrote since it was answered.
    assert "answer came back" not in desk.get(reverse("tickets")).content.decode()


def test_of_automatic_mail_it_does_not(desk: Client, ticket: Ticket) -> None:
    back = _returned(new_outgoing(ticket))
    Message.objects.filter(kind="outbound").update(kind="automatic")
    Ticket.objects.update(waiting_since=back.created)
    assert "answer came back" not in desk.get(reverse("tickets")).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state": "waiting", "rendered": b""}, "soon to be sent"),
        ({"state": "failed"}, "refused by the mail server"),
        ({"fingerprint": "C" * 40}, "Encrypted to key"),
        ({}, "Not encrypted. It says nothing about this ticket."),
    ],
)
def test_what_the_desk_said_by_itself_is_folded(
    ticket: Ticket, bob: User, given: dict[str, object], words: str
) -> None:
    new_outgoing(ticket, kind="acknowledgement", **given)
    Message.objects.filter(kind="outbound").update(kind="automatic", author=None)
    page = _page(browser_of(bob), ticket)
    assert "The desk itself" in page
    assert "an acknowledgement" in page
    assert "<summary>What it says</summary>" in page
    assert words in page
    assert "Send this answer again" not in page
    assert "somebody who no longer works here" not in page


def test_an_automatic_answer_is_folded(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, machine="automatic", text="I am on holiday.")
    page = _page(desk, ticket)
    assert "<summary>What it says</summary>" in page
    assert "A machine wrote this, not a person." in page
