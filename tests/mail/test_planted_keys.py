"""A first key that a stranger had learned under somebody's name: it answers nobody but the stranger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.keyrings import BOB, CAROL, certificate, secret_home
from tests.mail.sealed import encrypted, letter
from tests.mail.test_changed_keys import came, travel, unsigned, with_key
from tests.mail.test_keys_through_the_line import as_report, block
from tests.wire import Wire, outside
from tickets.actions.keys.confirm_key import confirm_key
from tickets.mail import send
from tickets.models import Outgoing, Queue, Ticket
from tickets.tasks import _may_be_released
from tickets.travel import Way

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue", "keyring")]
SAID = "Signed by a key that came in another ticket, and that nobody has compared with this person."


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


@pytest.fixture
def planted(bobs: SecretKeyring) -> Ticket:
    """Somebody reports as Bob, with Carol's key, before Bob ever writes."""
    ticket = came(as_report(bobs, f"Help.\n\n{block('carol')}")).ticket
    assert (ticket.requester_address, travel(ticket).choice.fingerprint) == ("bob@user.example", CAROL)
    assert travel(ticket).way is Way.ENCRYPTED
    return ticket


@pytest.mark.parametrize("is_signed", [True, False])
def test_who_wrote_without_the_key_is_not_answered_with_it(
    planted: Ticket, bobs: SecretKeyring, *, is_signed: bool
) -> None:
    raw = encrypted(bobs, letter()) if is_signed else unsigned(bobs, letter())
    way = travel(came(raw).ticket)
    assert (way.way, way.choice.certificate, way.choice.trouble) == (Way.WAITS, None, "elsewhere")


def test_nor_is_anything_sent_in_clear_where_it_might_be(planted: Ticket, queue: Queue) -> None:
    raw = b"From: bob@user.example\r\nTo: desk@desk.example\r\nSubject: Hi\r\n\r\nMy printer burns.\r\n"
    assert travel(came(raw).ticket).way is Way.WAITS


def test_what_came_in_clear_connects_it_with_nobody(bobs: SecretKeyring) -> None:
    """Whoever planted it can also put it into a mail in clear, or a server on the way can."""
    came(unsigned(bobs, with_key("bob")))
    plain = with_key("bob")
    assert travel(came(plain.as_bytes()).ticket).choice.trouble == "elsewhere"


def test_it_is_used_where_an_agent_has_compared(planted: Ticket, bobs: SecretKeyring, alice: User) -> None:
    ticket = came(unsigned(bobs, letter())).ticket
    confirm_key(ticket, CAROL, by=alice, now=timezone.now())
    assert travel(ticket).choice.certificate == certificate("carol")


def test_the_same_person_with_the_same_key_in_each_report_is_asked_nothing(bobs: SecretKeyring) -> None:
    tickets = {
        came(as_report(bobs, f"{words}\n\n{block('carol')}")).ticket for words in ("One.", "Two.", "Three.")
    }
    assert len(tickets) == 3
    assert {travel(ticket).way for ticket in tickets} == {Way.ENCRYPTED}


def test_who_signs_with_it_has_it(bobs: SecretKeyring, queue: Queue) -> None:
    first = came(unsigned(bobs, with_key("bob"))).ticket
    second = came(encrypted(bobs, letter()))
    assert (second.ticket != first, second.signature) == (True, "valid")
    assert (travel(second.ticket).way, travel(second.ticket).choice.fingerprint) == (Way.ENCRYPTED, BOB)


def test_that_we_know_the_key_is_not_said_where_it_did_not_come(
    bobs: SecretKeyring, desk: Client, alice: User
) -> None:
    first = came(encrypted(bobs, with_key("bob"))).ticket
    here = came(encrypted(bobs, with_key("bob"))).ticket
    elsewhere = came(encrypted(bobs, letter())).ticket
    pages = {each: desk.get(reverse("ticket", args=[each.pk])).content.decode() for each in (here, elsewhere)}
    assert "signed by the key we know for this person" in pages[here]
    assert SAID in pages[elsewhere]
    assert "signed by the key we know" not in pages[elsewhere]
    confirm_key(first, BOB, by=alice, now=timezone.now())
    page = desk.get(reverse("ticket", args=[elsewhere.pk])).content.decode()
    assert "signed by the key we know for this person" in page


@pytest.mark.parametrize("name", ["ticket", "keys"])
def test_a_page_asks_to_compare_it_and_one_press_says_so(
    planted: Ticket, bobs: SecretKeyring, desk: Client, name: str
) -> None:
    ticket = came(unsigned(bobs, letter())).ticket
    page = desk.get(reverse(name, args=[ticket.pk])).content.decode()
    assert "I compared it: use this key" in page
    assert "It came in an encrypted mail: anybody can encrypt to us under any name." in page
    if name == "ticket":
        assert "A key is known from another ticket, and anybody could have sent it there" in page
        assert "Not used: to be compared, first seen" in page
    desk.post(reverse("confirm_key", args=[ticket.pk]), {"fingerprint": CAROL})
    assert travel(ticket).way is Way.ENCRYPTED


def test_what_waits_there_is_not_released_by_it(planted: Ticket, bobs: SecretKeyring) -> None:
    ticket = came(unsigned(bobs, letter())).ticket
    Outgoing(message=ticket.messages.get(), state="waiting", approved=timezone.now()).save()
    came(as_report(bobs, f"Again.\n\n{block('carol')}"))
    assert not _may_be_released(timezone.now()).filter(pk=ticket.pk).exists()


def test_automatic_mail_is_not_encrypted_to_it(
    planted: Ticket, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob could not read it; and it says nothing of his ticket."""
    Queue.objects.update(acknowledges=True)
    wire = Wire()
    monkeypatch.setattr(send, "hand_over", wire.hand_over)
    wire.take(b"From: bob@user.example\r\nTo: desk@desk.example\r\nSubject: Hi\r\n\r\nMy printer burns.\r\n")
    ((_, mail),) = wire.sent
    assert "multipart/signed" in outside(mail)
