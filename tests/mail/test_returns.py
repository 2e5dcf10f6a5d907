"""What mail servers report of our mails: bound to the mail it is about, and somebody's work when an answer did not arrive."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.verdict import Encryption
from tests.mail.letters import ANA, file, keep, letter
from tests.mail.test_loops import MAILS
from tickets.mail import line
from tickets.mail.letter import Attachment, Delivery, DeliveryReport, Letter, Machine
from tickets.mail.message_ids import new_message_id
from tickets.mail.thread import message_id_digest
from tickets.models import Event, Message, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
DAEMON = "mailer-daemon@mx.user.example"


@pytest.fixture
def ticket() -> Ticket:
    """Ana's."""
    return file(letter(message_id="asked@user.example")).ticket


def sent(ticket: Ticket, kind: Message.Kind = Message.Kind.OUTBOUND) -> Message:
    """Something of ours that went to Ana; nobody waits any more."""
    ours = new_message_id(ticket.queue.address)
    mark = message_id_digest(ours)
    message = Message(
        ticket=ticket, kind=kind, created=ticket.created, text="A", message_id=ours, message_id_digest=mark
    )
    message.save(force_insert=True)
    Ticket.objects.update(waiting_since=None)
    return message


def bounce(*ids: str, outcome: Delivery = Delivery.FAILED, code: str = "5.1.1", **more: Any) -> Letter:
    report = DeliveryReport(outcome, code, (ANA,), tuple(each.strip("<>") for each in ids))
    return letter(sender=DAEMON, text="Undelivered.", delivery=report, **more)


def filed(one: Letter) -> Message:
    return file(one, machine=Machine.BOUNCE)


def events(ticket: Ticket) -> list[str]:
    kinds = [Event.Kind.CAME_BACK, Event.Kind.REOPENED]
    return list(ticket.events.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True))


def test_an_answer_that_did_not_arrive_is_somebodys_work_again(ticket: Ticket) -> None:
    ours = sent(ticket)
    message = filed(bounce(ours.message_id))
    assert (message.ticket, message.about, message.delivery) == (ticket, ours, "failed")
    assert message.delivery_code == "5.1.1"
    ticket.refresh_from_db()
    assert ticket.waiting_since == message.created
    assert events(ticket) == ["came_back"]


def test_also_when_the_ticket_was_closed_since(ticket: Ticket) -> None:
    ours = sent(ticket)
    Ticket.objects.update(state=Ticket.State.CLOSED, closed=ticket.created)
    message = filed(bounce(ours.message_id))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.closed, ticket.waiting_since) == ("open", None, message.created)
    assert events(ticket) == ["came_back", "reopened"]


def test_who_waited_already_waits_since_then(ticket: Ticket) -> None:
    ours = sent(ticket)
    Ticket.objects.update(waiting_since=ticket.created)
    filed(bounce(ours.message_id))
    since = ticket.created
    ticket.refresh_from_db()
    assert ticket.waiting_since == since


@pytest.mark.parametrize("outcome", [Delivery.DELAYED, Delivery.DELIVERED])
def test_delayed_is_not_failed(ticket: Ticket, outcome: Delivery) -> None:
    ours = sent(ticket)
    message = filed(bounce(ours.message_id, outcome=outcome, code="4.4.1"))
    ticket.refresh_from_db()
    assert (message.about, message.delivery) == (ours, outcome.value)
    assert ticket.waiting_since is None
    assert events(ticket) == []


def test_a_server_that_says_it_twice_makes_work_once(ticket: Ticket) -> None:
    ours = sent(ticket)
    filed(bounce(ours.message_id))
    Ticket.objects.update(waiting_since=None)  # Somebody has dealt with it.
    filed(bounce(ours.message_id))
    ticket.refresh_from_db()
    assert ticket.waiting_since is None
    assert events(ticket) == ["came_back"]


def test_that_an_acknowledgement_did_not_arrive_is_nobodys_work(ticket: Ticket) -> None:
    ours = sent(ticket, Message.Kind.AUTOMATIC)
    assert filed(bounce(ours.message_id)).about == ours
    ticket.refresh_from_db()
    assert ticket.waiting_since is None
    assert events(ticket) == ["came_back"]


def test_a_report_without_our_secret_is_a_mail_of_its_own(ticket: Ticket) -> None:
    """Whoever knows the Message-ID of what Ana wrote knows no secret of ours."""
    sent(ticket)
    for ids in ((), ("asked@user.example",), (new_message_id("desk@desk.example"),)):
        message = filed(bounce(*ids, references=ids))
        assert message.ticket != ticket
        assert (message.about, message.ticket.claims) == (None, None)
        assert message.ticket.waiting_since is None
    assert ticket.messages.count() == 2
    assert events(ticket) == []


def test_what_was_sent_to_us_is_no_mail_of_ours_whatever_its_id_looks_like() -> None:
    """Ana may use a desk like this herself: who has read her mail knows its Message-ID."""
    theirs = new_message_id("desk@other.example").strip("<>")
    ticket = file(letter(message_id=theirs)).ticket
    assert filed(bounce(theirs)).ticket != ticket


def test_others_mails_in_a_report_do_not_hide_ours(ticket: Ticket) -> None:
    ours = sent(ticket)
    others = [f"{number}@y.example" for number in range(20)]
    assert filed(bounce(*others, ours.message_id)).about == ours


def test_the_surest_of_several_counts(ticket: Ticket) -> None:
    first, second = sent(ticket), sent(ticket)
    assert filed(bounce("x@y.example", second.message_id, first.message_id)).about == second


@pytest.mark.parametrize("place", ["references", "text", "attachment"])
def test_our_secret_is_found_wherever_it_stands(ticket: Ticket, place: str) -> None:
    ours = sent(ticket)
    head = f"Message-ID: {ours.message_id}\n"
    places: dict[str, dict[str, Any]] = {
        "references": {"references": (ours.message_id.strip("<>"),)},
        "text": {"text": f"Undelivered.\n\n{head}"},
        "attachment": {"attachments": (Attachment("m", "text/rfc822-headers", head.encode()),)},
    }
    message = filed(letter(sender=DAEMON, **places[place]))
    assert (message.about, message.delivery, message.delivery_code) == (ours, "", "")


def test_a_ticket_that_is_being_forgotten_takes_no_report(ticket: Ticket) -> None:
    ours = sent(ticket)
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    assert filed(bounce(ours.message_id)).ticket != ticket


def test_a_person_who_names_our_mail_reports_nothing(ticket: Ticket) -> None:
    ours = sent(ticket)
    one = bounce(ours.message_id, encryption=Encryption.NONE, references=(ours.message_id.strip("<>"),))
    message = file(one)
    assert (message.about, message.delivery, message.ticket.claims) == (None, "", ticket)


def test_as_a_mail_server_writes_it(ticket: Ticket, queue: Queue) -> None:
    ours = sent(ticket)
    raw = (MAILS / "delivery-failed.eml").read_bytes()
    line.process(keep(raw.replace(b"<20261102.9@desk.example>", ours.message_id.encode())).pk)
    message = Message.objects.get(machine="bounce")
    assert (message.about, message.delivery, message.delivery_code) == (ours, "failed", "5.1.1")
