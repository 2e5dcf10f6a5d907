"""The outbox in the mail room: what waits and why, and whose decision it is."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from tests.desk.mailroom.rows import new_alert, page, post, section
from tests.desk.rows import ago, foreign_ticket, new_outgoing, new_ticket
from tickets.desk.mailroom.reasons import reply_in_words
from tickets.models import Event, Outgoing, Queue


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, uuid.UUID]]:
    """What the workers are told of."""
    said: list[tuple[str, uuid.UUID]] = []
    monkeypatch.setattr("tickets.actions.answer.enqueue", lambda task, pk: said.append((task, pk)))
    return said


@pytest.mark.parametrize("address", ["/mail/room/", "/mail/room/outbox/"])
def test_addresses_and_mails_are_not_even_read(
    room: Client, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    new_outgoing(foreign_ticket(), state="unknown")
    with django_assert_max_num_queries(30) as asked:
        room.get(address)
    outbox = [query["sql"] for query in asked.captured_queries if "tickets_outgoing" in query["sql"]]
    assert outbox
    for column in ("recipient", "sender", "rendered", "fingerprint", "text", "subject", "requester_address"):
        assert [sql for sql in outbox if f'"{column}"' in sql] == []


def test_the_outbox_is_counted_by_state_and_kind(room: Client) -> None:
    ticket = foreign_ticket()
    for kind in ("answer", "acknowledgement", "notice", "key_request"):
        new_outgoing(ticket, state="approved", kind=kind)
    new_alert("approved")
    found = section(room, "outbox")
    assert '<span class="count-number">5</span> to be sent</a>' in found
    for kind in (
        "an answer",
        "an acknowledgement",
        "a notice that an answer waits",
        "a request for a key",
        "an alert to somebody who works here",
    ):
        assert f"1 × {kind}" in found


def test_only_the_last_day_counts_as_sent(room: Client) -> None:
    ticket = foreign_ticket()
    for hours in (1, 30):
        new_outgoing(ticket, state="sent", sent=ago(hours))
    assert '<span class="count-number">1</span> sent</a>' in section(room, "outbox")


def test_a_mail_that_is_tried_again_says_when_and_why(room: Client) -> None:
    new_outgoing(foreign_ticket(), state="retry", reply_code=450, attempts=2, not_before=ago(-1))
    found = section(room, "outbox")
    for words in ("will be tried again", "(450)", "next time", "tried 2 times", "<bdi>Other</bdi>"):
        assert words in found
    assert "1 mail is tried again by itself" in found


def test_a_ticket_is_named_only_to_whom_it_is_open(room: Client, carol: User, queue: Queue) -> None:
    queue.members.add(carol)
    mine, other = (
        new_outgoing(new_ticket(queue), state="failed"),
        new_outgoing(foreign_ticket(), state="failed"),
    )
    found = section(room, "outbox")
    assert mine.said.ticket.number in found
    assert other.said.ticket.number not in found
    assert str(other.said.ticket_id) not in found
    assert found.count(">Send again</button>") == 1
    assert "An agent of that queue has to decide." in found


def test_an_answer_in_doubt_is_sent_again(
    room: Client, carol: User, queue: Queue, told: list[tuple[str, uuid.UUID]]
) -> None:
    queue.members.add(carol)
    outgoing = new_outgoing(new_ticket(queue), state="unknown")
    found = page(room)
    assert "Look in the mail server&#x27;s log first" in found.replace("'", "&#x27;")
    found = post(room, "send_out_again", outgoing.pk, back="outbox", state="unknown")
    assert "It is approved again and will be sent." in found
    assert "<h1>Outbox</h1>" in found
    assert told == [("send", outgoing.pk)]
    assert Event.objects.get().by == carol
    assert "its state changed meanwhile" in post(room, "send_out_again", outgoing.pk, back="room")


def test_what_is_not_ones_own_is_not_sent_again(room: Client) -> None:
    outgoing = new_outgoing(foreign_ticket(), state="failed")
    assert room.post(reverse("send_out_again", args=[outgoing.pk])).status_code == 404
    assert room.post(reverse("send_out_again", args=[new_alert("failed").pk])).status_code == 404
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"failed"}


def test_automatic_mail_that_failed_is_nobodys_work(room: Client) -> None:
    new_outgoing(foreign_ticket(), state="failed", kind="acknowledgement")
    found = section(room, "outbox")
    assert "Everything that may go has been sent." in found
    assert "<table" not in found
    assert "an acknowledgement" in page(room, "mail_room_outbox", "?state=failed")
    assert "There is no outgoing mail of this kind." in page(room, "mail_room_outbox", "?state=sent")


def test_mail_that_should_be_gone_is_said(room: Client) -> None:
    new_outgoing(foreign_ticket(), state="approved", approved=ago(1))
    assert "Mail that should be gone is still here, the oldest approved 1 h ago." in section(room, "outbox")


def test_long_lists_have_pages(room: Client) -> None:
    ticket = foreign_ticket()
    for _ in range(51):
        new_outgoing(ticket, state="failed")
    assert "All outgoing mail" in section(room, "outbox")
    assert 'href="?state=failed&amp;page=2"' in page(room, "mail_room_outbox", "?state=failed")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, ""),
        (250, ""),
        (550, "There is no such mailbox, or it takes nothing from us. (550)"),
        (571, "The mail server refused it. (571)"),
        (499, "The mail server did not take it this time. (499)"),
    ],
)
def test_a_reply_code_is_said_in_words(code: int | None, words: str) -> None:
    assert reply_in_words(code) == words
