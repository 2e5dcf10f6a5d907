"""Threading: a ticket is entered by its requester who names a secret of ours, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from crypto.vault import digest
from crypto.verdict import Encryption, Signature, SignatureState
from tests.mail.letters import ANA, OTTO, file, letter, report
from tickets.mail.letter import Accepted, Address, Attachment, Machine
from tickets.mail.message_ids import new_message_id
from tickets.mail.reporter import Reporter, reporter_of
from tickets.mail.thread import find_place
from tickets.models import Event, Message, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
REPORT_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def ticket() -> Ticket:
    """Ana's, with an answer of ours."""
    return file(letter()).ticket


@pytest.fixture
def secret(ticket: Ticket, queue: Queue) -> str:
    """The Message-ID of our answer, without brackets."""
    ours = new_message_id(queue.address)
    Message(
        ticket=ticket,
        kind=Message.Kind.OUTBOUND,
        created=ticket.created,
        text="Turn them on.",
        message_id=ours,
        message_id_digest=digest("message-id", ours.strip("<>")),
    ).save()
    Ticket.objects.update(waiting_since=None)
    return ours.strip("<>")


def test_the_requester_who_names_our_mail_comes_back_to_the_ticket(ticket: Ticket, secret: str) -> None:
    message = file(letter(references=("unknown@user.example", secret)))
    assert message.ticket == ticket
    assert message.ticket.waiting_since == message.created


def test_an_address_is_the_same_in_any_case(ticket: Ticket, secret: str) -> None:
    assert file(letter(sender="ANA@User.Example", references=(secret,))).ticket == ticket


def test_a_stranger_who_names_our_mail_gets_a_ticket_that_only_claims(ticket: Ticket, secret: str) -> None:
    message = file(letter(sender=OTTO, references=(secret,)))
    assert message.ticket != ticket
    assert message.ticket.claims == ticket
    assert ticket.messages.filter(kind=Message.Kind.INBOUND).count() == 1


def test_a_stranger_who_mails_under_her_message_id_diverts_nothing() -> None:
    tickets = [
        file(letter(sender=sender, message_id="one@user.example")).ticket for sender in (OTTO, ANA, OTTO)
    ]
    assert file(letter(references=("one@user.example",))).ticket == tickets[1]


def test_an_empty_sender_is_nobody(ticket: Ticket, secret: str) -> None:
    Ticket.objects.update(requester_digest="")
    message = file(letter(references=(secret,), from_=()))
    assert message.ticket.claims == ticket


def test_two_senders_are_nobody(ticket: Ticket, secret: str) -> None:
    both = (Address("", ANA), Address("", OTTO))
    assert file(letter(references=(secret,), from_=both)).ticket.claims == ticket


def test_a_broken_signature_does_not_come_in(ticket: Ticket, secret: str) -> None:
    message = file(letter(references=(secret,), signature=Signature(SignatureState.INVALID)))
    assert message.ticket.claims == ticket


@pytest.mark.parametrize("words", ["[{number}]", "Re: No sound [{number}]", "[#{number}]", "{pk}"])
def test_a_number_in_the_subject_does_nothing(ticket: Ticket, secret: str, words: str) -> None:
    message = file(letter(sender=OTTO, subject=words.format(number=ticket.number, pk=ticket.pk)))
    assert message.ticket != ticket
    assert message.ticket.claims is None


def test_a_made_up_reference_does_nothing(ticket: Ticket, secret: str) -> None:
    made_up = new_message_id("desk@desk.example").strip("<>")
    message = file(letter(references=(made_up,)))
    assert message.ticket != ticket
    assert message.ticket.claims is None


def test_the_nearest_reference_counts(ticket: Ticket, secret: str) -> None:
    other = file(letter(message_id="other@user.example")).ticket
    assert file(letter(references=("other@user.example", secret))).ticket == other
    assert file(letter(references=(secret, "other@user.example"))).ticket == ticket


def test_fifty_references_cost_one_query(
    ticket: Ticket, secret: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    references = (*(f"{number}@user.example" for number in range(49)), secret)
    one = letter(references=references)
    with django_assert_num_queries(1):
        assert find_place(Accepted(one), reporter_of(one)).ticket == ticket


@pytest.mark.parametrize(
    "returned",
    [
        {"references": True},
        {"text": "Undelivered.\n\nMessage-Id: <{secret}>\nSubject: Re: No sound\n"},
        {"type": "message/rfc822"},
        {"type": "text/rfc822-headers"},
    ],
)
def test_a_bounce_of_our_mail_comes_to_its_ticket(
    ticket: Ticket, secret: str, returned: dict[str, object]
) -> None:
    head = f"From: desk@desk.example\nmessage-id: <{secret}>\n".encode()
    more: dict[str, Any] = {}
    if "references" in returned:
        more = {"references": (secret,)}
    elif "type" in returned:
        more = {"attachments": (Attachment("mail", str(returned["type"]), head),)}
    text = str(returned.get("text", "Undelivered.")).format(secret=secret)
    bounce = letter(sender="mailer-daemon@user.example", text=text, **more)
    message = file(bounce, machine=Machine.BOUNCE)
    assert message.ticket == ticket
    assert message.ticket.waiting_since is None


def test_a_person_who_forwards_our_mail_is_no_bounce(ticket: Ticket, secret: str) -> None:
    forwarded = Attachment("mail", "message/rfc822", f"Message-ID: <{secret}>\n".encode())
    message = file(letter(sender=OTTO, attachments=(forwarded,)))
    assert message.ticket != ticket
    assert message.ticket.claims is None


def test_a_bounce_of_something_else_is_a_ticket_in_which_nobody_waits() -> None:
    message = file(letter(sender="mailer-daemon@user.example"), machine=Machine.BOUNCE)
    assert message.ticket.waiting_since is None


def test_a_ticket_that_is_being_forgotten_is_not_entered(ticket: Ticket, secret: str) -> None:
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    message = file(letter(references=(secret,)))
    assert message.ticket != ticket
    assert message.ticket.claims is None


def test_a_closed_ticket_opens_again(ticket: Ticket, secret: str) -> None:
    Ticket.objects.update(state=Ticket.State.CLOSED, closed=ticket.created)
    message = file(letter(references=(secret,)))
    reopened = Ticket.objects.get(pk=ticket.pk)
    assert (message.ticket, reopened.state, reopened.closed) == (ticket, Ticket.State.OPEN, None)
    kinds = list(ticket.events.values_list("kind", flat=True))
    assert Event.Kind.REOPENED in kinds
    assert Event.Kind.RECEIVED in kinds


def test_a_machine_does_not_open_a_closed_ticket(ticket: Ticket, secret: str) -> None:
    Ticket.objects.update(state=Ticket.State.CLOSED, closed=ticket.created)
    message = file(letter(references=(secret,)), machine=Machine.AUTOMATIC)
    assert message.ticket == ticket
    assert Ticket.objects.get(pk=ticket.pk).state == Ticket.State.CLOSED


def test_one_encrypted_mail_protects_the_ticket_for_good(ticket: Ticket, secret: str) -> None:
    file(letter(references=(secret,), encryption=Encryption.OK))
    file(letter(references=(secret,)))
    assert Ticket.objects.get(pk=ticket.pk).protected


def whisperback(sender: str = ANA, encryption: Encryption = Encryption.OK) -> Message:
    return file(
        letter(
            sender="devnull@tails.example",
            subject=f"Bug report: {REPORT_ID}",
            text=report(sender=sender),
            encryption=encryption,
        )
    )


def test_the_same_report_again_is_a_follow_up() -> None:
    assert whisperback().ticket == whisperback().ticket


@pytest.mark.parametrize("sender", [OTTO, ""])
def test_the_same_report_id_of_somebody_else_is_a_new_ticket(sender: str) -> None:
    assert whisperback().ticket != whisperback(sender).ticket


def test_a_report_in_clear_follows_none() -> None:
    first = whisperback()
    assert whisperback(encryption=Encryption.NONE).ticket != first.ticket


def test_a_report_does_not_follow_into_a_ticket_that_is_being_forgotten() -> None:
    first = whisperback()
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    assert whisperback().ticket != first.ticket


def test_the_id_of_a_report_counts_in_an_encrypted_letter_only() -> None:
    """Whatever was made of a letter in clear before: it does not come into a protected ticket by a report's id."""
    ticket = whisperback().ticket
    reporter = Reporter(address=ANA, report_id=REPORT_ID)
    assert find_place(Accepted(letter(encryption=Encryption.OK)), reporter).ticket == ticket
    assert find_place(Accepted(letter(encryption=Encryption.NONE)), reporter).ticket is None
