"""Writing in a ticket: how it will travel is said first, and nothing typed is lost."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.desk.rows import (
    FINGERPRINT,
    ago,
    browser_of,
    new_message,
    new_outgoing,
    new_public_key,
    new_ticket,
)
from tickets.models import Draft, Event, Message, Outgoing, Queue, Ticket

OTHER = "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333"


def _page(client: Client, ticket: Ticket) -> str:
    return client.get(reverse("ticket", args=[ticket.pk])).content.decode()


def _post(client: Client, name: str, ticket: Ticket, **data: str) -> tuple[int, str]:
    answer = client.post(reverse(name, args=[ticket.pk]), data)
    return answer.status_code, answer.content.decode()


def test_a_known_key_is_named(desk: Client, ticket: Ticket) -> None:
    new_public_key()
    page = _page(desk, ticket)
    assert "Goes encrypted to key \u2066…ABCD 1234 ABCD 9876\u2069 (first seen" in page
    assert "Send encrypted" in page


def test_without_a_key_the_answer_will_wait(desk: Client, ticket: Ticket) -> None:
    page = _page(desk, ticket)
    assert "No key: will wait." in page
    assert "Keep until a key comes" in page
    assert "in clear to" not in page


def test_what_came_in_clear_may_leave_in_clear(desk: Client, queue: Queue) -> None:
    page = _page(desk, new_ticket(queue, protected=False))
    assert "Goes in clear" in page
    assert "Send in clear to kim@reporter.example" in page


def test_both_keys_are_shown_when_the_key_changed(desk: Client, ticket: Ticket) -> None:
    new_public_key(days=9)
    new_public_key(OTHER, state="proposed", days=1)
    page = _page(desk, ticket)
    assert "This person&#x27;s key changed. Compare both before anything can be sent." in page
    assert "AAAA BBBB CCCC DDDD EEEE FFFF 0000 1111 2222 3333" in page
    assert "C3A6 F0E1 0B52 E4D2 9F80 77E1 ABCD 1234 ABCD 9876" in page
    assert "<textarea" not in page[page.index('id="answer"') : page.index('class="write-note"')]


def test_a_key_that_came_in_clear_is_shown_and_stops_nothing(desk: Client, ticket: Ticket) -> None:
    new_public_key(days=9)
    new_public_key(OTHER, state="proposed", days=1, encrypted=False)
    page = _page(desk, ticket)
    assert (
        "Another key came in clear (\u2066…0000 1111 2222 3333\u2069): it is not used until you have compared."
        in page
    )
    assert "AAAA BBBB CCCC DDDD EEEE FFFF 0000 1111 2222 3333" in page
    assert "Send encrypted" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"requester_address": ""}, "They left no address, so nothing can be sent."),
        ({}, "The same encrypted text came earlier from another sender"),
    ],
)
def test_what_cannot_be_answered_has_no_form(
    desk: Client, queue: Queue, given: dict[str, str], words: str
) -> None:
    ticket = new_ticket(queue, **given)
    new_message(ticket, encryption="ok", replayed=not given)
    page = _page(desk, ticket)
    assert words in page
    assert 'name="way"' not in page


def test_an_answer_that_waits_is_kept(desk: Client, ticket: Ticket, alice: User) -> None:
    _post(desk, "draft", ticket, text="Try an")
    status, _ = _post(desk, "answer", ticket, text="Try another adapter.", way="waits")
    assert status == 302
    outgoing = Outgoing.objects.select_related("message__ticket__key").get(kind="answer")
    assert (outgoing.state, outgoing.said.text) == ("waiting", "Try another adapter.")
    assert not Draft.objects.exists()
    page = _page(desk, ticket)
    assert "The answer is kept and waits for a key." in page
    assert "waits for a key" in page


@pytest.mark.parametrize(("released", "is_asked"), [(None, True), (ago(0), False)])
def test_a_key_that_came_elsewhere_is_compared_before_what_waits_is_encrypted_to_it(
    desk: Client, ticket: Ticket, released: datetime | None, *, is_asked: bool
) -> None:
    new_outgoing(ticket, state="waiting", rendered=b"", not_before=released)
    question = "A key is known, but it did not come in this ticket."
    assert question not in _page(desk, ticket)
    new_public_key()
    page = _page(desk, ticket)
    assert (question in page) is is_asked
    if is_asked:
        _post(desk, "confirm_key", ticket, fingerprint=FINGERPRINT)
        assert Outgoing.objects.get(kind="answer").not_before is not None


def test_a_button_pressed_twice_is_one_answer(desk: Client, ticket: Ticket) -> None:
    press = {"text": "Try another adapter.", "way": "waits", "identity": str(uuid4())}
    assert [_post(desk, "answer", ticket, **press)[0] for _ in range(2)] == [302, 302]
    assert Outgoing.objects.filter(kind="answer").count() == 1
    assert not Draft.objects.exists()
    assert Event.objects.filter(kind=Event.Kind.ANSWERED).count() == 1


def test_what_is_written_on_a_page_that_was_sent_before_is_kept(desk: Client, ticket: Ticket) -> None:
    press = {"text": "Try another adapter.", "way": "waits", "identity": str(uuid4())}
    _post(desk, "answer", ticket, **press)
    _post(desk, "answer", ticket, **press | {"text": "Another thing."})
    assert Outgoing.objects.filter(kind="answer").count() == 1
    page = _page(desk, ticket)
    assert "What you wrote since is a draft." in page
    assert "Another thing.</textarea>" in page


def test_a_page_gives_every_answer_its_own_identity(desk: Client, ticket: Ticket) -> None:
    identities = {_page(desk, ticket).partition('name="identity" value="')[2][:36] for _ in range(2)}
    assert len(identities) == 2


def test_in_clear_only_goes_what_somebody_says_may(
    desk: Client, queue: Queue, keyring: SecretKeyring
) -> None:
    ticket = new_ticket(queue, protected=False)
    status, page = _post(desk, "answer", ticket, text="Public advice", way="clear")
    assert status == 422
    assert "say that it may go in clear" in page
    assert "Public advice</textarea>" in page
    assert not Outgoing.objects.exists()
    assert _post(desk, "answer", ticket, text="Public advice", way="clear", understood="on")[0] == 302
    assert Outgoing.objects.get().state == Outgoing.State.APPROVED


def test_a_changed_way_is_refused_and_the_text_kept(desk: Client, ticket: Ticket) -> None:
    status, page = _post(desk, "answer", ticket, text="Secret advice", way="encrypted")
    assert status == 409
    assert "Nothing was sent" in page
    assert "Secret advice</textarea>" in page
    assert 'name="way" value="waits"' in page
    assert not Outgoing.objects.exists()
    assert "Secret advice" in _page(desk, ticket)


def test_the_text_is_kept_when_nothing_can_be_sent_any_more(desk: Client, ticket: Ticket) -> None:
    new_message(ticket, encryption="ok", replayed=True)
    status, page = _post(desk, "answer", ticket, text="Secret advice", way="waits")
    assert status == 409
    assert "Secret advice" in page
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_answer_is_refused(desk: Client, ticket: Ticket, text: str) -> None:
    status, page = _post(desk, "answer", ticket, text=text, way="waits")
    assert status == 422
    assert "There is no text yet: write the answer first." in page


def test_a_draft_is_kept_and_replaced_and_dropped(desk: Client, ticket: Ticket) -> None:
    assert _post(desk, "draft", ticket, text="one")[0] == 302
    assert _post(desk, "draft", ticket, text="two", quietly="1") == (204, "")
    assert "two</textarea>" in _page(desk, ticket)
    assert Draft.objects.count() == 1
    _post(desk, "draft", ticket, text=" ")
    assert not Draft.objects.exists()


def test_a_draft_that_is_too_long_is_not_lost(desk: Client, ticket: Ticket) -> None:
    status, page = _post(desk, "draft", ticket, text="x" * 200_001)
    assert status == 422
    assert "x" * 200_001 in page


def test_a_note_stays_inside(desk: Client, ticket: Ticket, alice: User) -> None:
    assert _post(desk, "note", ticket, text="Ask Bob.")[0] == 302
    note = ticket.messages.select_related("ticket__key").get(kind=Message.Kind.NOTE)
    assert (note.text, note.author) == ("Ask Bob.", alice)
    assert not Outgoing.objects.exists()
    ticket.refresh_from_db()
    assert ticket.waiting_since is not None
    assert Event.objects.get(ticket=ticket).kind == Event.Kind.NOTED


def test_an_empty_note_is_refused(desk: Client, ticket: Ticket) -> None:
    status, page = _post(desk, "note", ticket, text="")
    assert status == 422
    assert "There is no text yet: write the note first." in page


@pytest.mark.parametrize(
    ("state", "becomes"), [("failed", "approved"), ("unknown", "approved"), ("sent", "sent")]
)
def test_only_a_failed_or_doubtful_answer_is_sent_again(
    desk: Client, ticket: Ticket, state: str, becomes: str
) -> None:
    outgoing = new_outgoing(ticket, state=state, fingerprint=FINGERPRINT)
    answer = desk.post(reverse("answer_again", args=[outgoing.pk]))
    assert answer.status_code == 302
    outgoing.refresh_from_db()
    assert outgoing.state == becomes


def test_a_colleague_may_answer(ticket: Ticket, bob: User) -> None:
    assert _post(browser_of(bob), "answer", ticket, text="Hello", way="waits")[0] == 302
