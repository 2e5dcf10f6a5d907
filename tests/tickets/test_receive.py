"""What a mail becomes in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crypto.digests import address_digest
from tests.tickets.cases import NOW, REQUESTER, arrival, first_message, opened, received
from tickets.actions.receive import continue_ticket
from tickets.models import Queue, Ticket

LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.django_db


def _kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_a_ticket_is_filled_from_its_first_mail(queue: Queue) -> None:
    ticket = Ticket.objects.get(pk=opened(queue, language="fa", report_digest="d").pk)
    assert (ticket.subject, ticket.requester_name, ticket.requester_address) == (
        "Black screen",
        "Bob Bird",
        REQUESTER,
    )
    assert ticket.requester_digest == address_digest(REQUESTER)
    assert (ticket.queue, ticket.state, ticket.agent, ticket.language) == (queue, "open", None, "fa")
    assert ticket.created == ticket.updated == ticket.waiting_since == NOW
    assert ticket.report_digest == "d"
    assert _kinds(ticket) == ["opened"]


def test_a_message_keeps_what_is_known_of_it(queue: Queue) -> None:
    came = arrival(
        "words",
        full_text="words and quoted mail",
        message_id="asked@user.example",
        message_id_digest="m",
        machine="automatic",
        html=True,
        problems=("cut: too long",),
    )
    message = received(opened(queue), came)
    message.refresh_from_db()
    assert (message.text, message.full_text) == ("words", "words and quoted mail")
    assert (message.sender_name, message.sender_address) == ("Bob Bird", REQUESTER)
    assert (message.message_id, message.message_id_digest) == ("asked@user.example", "m")
    assert (message.machine, message.html, message.problems) == ("automatic", True, ["cut: too long"])
    assert (message.kind, message.encryption, message.signature) == ("inbound", "ok", "none")
    assert message.created == NOW
    assert not message.replayed


def test_attachments_keep_their_order(queue: Queue) -> None:
    message = first_message(opened(queue, files=3))
    assert [file.name for file in message.attachments.all()] == [f"screen {n}.png" for n in range(3)]
    assert [(file.type, file.size, file.read()) for file in message.attachments.all()] == [
        ("image/png", 5, b"image")
    ] * 3


@pytest.mark.parametrize(
    ("encryption", "protected"),
    [("none", False), ("ok", True), ("partial", True), ("refused", True), ("no_key", True)],
)
def test_a_ticket_is_protected_when_any_of_it_came_encrypted(
    queue: Queue, encryption: str, protected: bool
) -> None:
    assert opened(queue, encryption=encryption).protected is protected
    ticket = opened(queue, encryption="none")
    assert continue_ticket(ticket, arrival(encryption=encryption))
    assert ticket.protected is protected


def test_once_protected_it_stays_protected(queue: Queue) -> None:
    ticket = opened(queue)
    continue_ticket(ticket, arrival(encryption="none"))
    assert Ticket.objects.get().protected


def test_a_closed_ticket_opens_again(queue: Queue) -> None:
    ticket = opened(queue, closed=NOW)
    Ticket.objects.update(waiting_since=None)
    assert continue_ticket(ticket, arrival(received=LATER))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.closed) == ("open", None)
    assert ticket.waiting_since == ticket.updated == LATER
    assert _kinds(ticket) == ["opened", "reopened", "received"]


def test_who_waits_already_goes_on_waiting_since_then(queue: Queue) -> None:
    ticket = opened(queue)
    continue_ticket(ticket, arrival(received=LATER))
    assert ticket.waiting_since == NOW
    assert ticket.updated == LATER
    assert _kinds(ticket) == ["opened", "received"]


def test_nobody_waits_for_an_answer_to_a_machine(queue: Queue) -> None:
    assert opened(queue, machine="bounce").waiting_since is None
    ticket = opened(queue, closed=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=None)
    assert continue_ticket(ticket, arrival(machine="automatic", received=LATER))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.waiting_since, ticket.closed) == ("closed", None, NOW)
    assert _kinds(ticket) == ["opened", "received"]


def test_a_ticket_that_is_being_forgotten_takes_nothing_in(queue: Queue) -> None:
    ticket = opened(queue)
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    assert not continue_ticket(ticket, arrival(received=LATER))
    assert Ticket.objects.get().updated == NOW
    assert _kinds(ticket) == ["opened"]
