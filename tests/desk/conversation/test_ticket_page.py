"""The page of one ticket."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from tests.desk.rows import (
    FINGERPRINT,
    ago,
    foreign_ticket,
    new_attachment,
    new_message,
    new_outgoing,
    new_public_key,
    new_ticket,
)
from tickets.models import Draft, Event, Message, Queue, Ticket

QUESTIONS = [["What happened instead?", "Nothing at all."], ["What did you do?", ""]]


def _page(client: Client, ticket: Ticket) -> str:
    answer = client.get(reverse("ticket", args=[ticket.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_protection_is_said_outside_of_their_box(desk: Client, ticket: Ticket) -> None:
    page = _page(desk, ticket)
    card = page[page.index('class="card-inbound') :]
    head, _, body = card.partition('<div class="theirs">')
    assert "Encrypted to us. Not signed: we cannot be sure who wrote it." in head
    assert "The list of networks is empty." in body


def test_their_words_are_never_markup(desk: Client, ticket: Ticket) -> None:
    hostile = "</div></article><h1>Signed</h1>{% now 'Y' %}{{ agent }}"
    new_message(ticket, text=hostile, sender_name="<i>Kim</i>", problems=["<u>cut</u>"])
    page = _page(desk, ticket)
    assert "&lt;h1&gt;Signed&lt;/h1&gt;{% now &#x27;Y&#x27; %}{{ agent }}" in page
    assert "<i>Kim" not in page
    assert "<u>cut" not in page


def test_each_text_has_its_own_direction_and_keeps_its_lines(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, text="سلام\n  ممنون")
    page = desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert '<div class="words" dir="auto">سلام\n  ممنون</div>' in page


def test_a_report_is_laid_out_and_its_sections_folded(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, facts=[["Tails version", "7.6.2"]])
    report = {"questions": QUESTIONS, "sections": [["/proc/cmdline", 0, 5], ["/usr/bin/lspci", 5, 2048]]}
    new_message(ticket, text="Nothing at all.", full_text="quiet" + "x" * 2048, report=report)
    page = _page(desk, ticket)
    assert "What happened instead?" in page
    assert "What did you do?" not in page
    assert "2 sections of debugging information" in page
    assert "2.0 KB" in page
    assert "xxxxx" not in page
    assert "Tails version" in page
    assert '<dd dir="auto"> 7.6.2 </dd>' in page


def test_words_beside_the_questions_are_not_overlooked(desk: Client, ticket: Ticket) -> None:
    report = {"questions": QUESTIONS, "sections": []}
    new_message(ticket, text="Urgent!\n\nNothing at all.", report=report)
    assert "Urgent! Nothing at all." in _page(desk, ticket)


def test_what_is_quoted_is_folded(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, text="Yes.", full_text="Yes.\n> Does it work?")
    page = _page(desk, ticket)
    assert page.index("The whole text, with what it quotes") < page.index("&gt; Does it work?")


def test_notes_and_states_of_answers_are_told_apart(desk: Client, ticket: Ticket, alice: User) -> None:
    new_message(ticket, kind="note", author=alice, text="Ask Bob.")
    new_outgoing(ticket, state="unknown", reply_code=451, fingerprint=FINGERPRINT)
    page = _page(desk, ticket)
    assert 'class="card-note message"' in page
    assert "internal note, only agents see it" in page
    assert "perhaps sent: look before sending again (the mail server said 451)" in page
    assert "sending again may send it twice" in page
    assert "Send this answer again" in page


@pytest.mark.parametrize("kind", ["bounce", "automatic", "list", "loop"])
def test_a_machine_is_called_a_machine(desk: Client, ticket: Ticket, kind: str) -> None:
    new_message(ticket, machine=kind, html=True)
    page = _page(desk, ticket)
    assert 'class="card-line"' in page
    assert "It came as HTML and is shown as text." in page


def test_the_requesters_key_and_other_tickets(desk: Client, ticket: Ticket, queue: Queue) -> None:
    new_public_key()
    new_ticket(queue, subject="Last year", state="closed", closed=ago(9), created=ago(9000))
    foreign_ticket()
    page = _page(desk, ticket)
    assert "C3A6 F0E1 0B52 E4D2 9F80 77E1 ABCD 1234 ABCD 9876" in page
    assert "Last year" in page
    assert "Not for Alice" not in page


def test_a_claimed_ticket_is_named_only_to_those_who_may_see_it(desk: Client, queue: Queue) -> None:
    mine, theirs = new_ticket(queue), foreign_ticket()
    assert mine.number in _page(desk, new_ticket(queue, claims=mine))
    assert theirs.number not in _page(desk, new_ticket(queue, claims=theirs))


def test_the_history_names_who_did_what(desk: Client, ticket: Ticket, alice: User, bob: User) -> None:
    now = timezone.now()
    Event.objects.create(ticket=ticket, kind=Event.Kind.ASSIGNED, by=alice, whom=bob, at=now)
    Event.objects.create(ticket=ticket, kind=Event.Kind.ASSIGNED, by=bob, whom=bob, at=now)
    Event.objects.create(ticket=ticket, kind=Event.Kind.SENT, at=now)
    page = _page(desk, ticket)
    assert "Alice: assigned to Bob" in page
    assert "Bob: took it" in page
    assert page.count("the answer was handed to the mail server") == 1


def test_a_draft_is_its_authors_only(desk: Client, ticket: Ticket, alice: User, bob: User) -> None:
    for author, text in ((alice, "mine so far"), (bob, "his so far")):
        Draft.objects.create(ticket=ticket, author=author, text=text, updated=timezone.now())
    page = _page(desk, ticket)
    assert "mine so far" in page
    assert "his so far" not in page


def _fill(ticket: Ticket, number: int, author: User) -> None:
    for _ in range(number):
        message = new_message(ticket, full_text="> quoted", raw_blob="0" * 32)
        new_attachment(message, "photo.png", "image/png", b"png")
        new_outgoing(ticket)
        new_message(ticket, kind="note", author=author)
        Event.objects.create(ticket=ticket, kind=Event.Kind.ASSIGNED, by=author, whom=author, at=ago(1))
        new_ticket(ticket.queue, subject="another")


@pytest.mark.parametrize("number", [2, 20])
def test_queries_do_not_grow_with_the_conversation(
    desk: Client,
    ticket: Ticket,
    bob: User,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _fill(ticket, number, bob)
    with django_assert_num_queries(34):
        desk.get(reverse("ticket", args=[ticket.pk]))


def test_the_text_of_a_forgotten_colleague_stays(desk: Client, ticket: Ticket) -> None:
    Message.objects.filter(ticket=ticket).update(kind="outbound", author=None)
    assert "somebody who no longer works here" in _page(desk, ticket)
