"""Acknowledging a first mail: to a person, once, without a word of what they wrote, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import TestCase
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from crypto.verdict import Encryption, Signature, SignatureState
from tests.conftest import DESK_ADDRESS
from tests.keyrings import BOB, certificate
from tests.mail.letters import ANA, file, keep, letter, mail, report
from tickets.actions.automatic import is_somebody, write_automatic
from tickets.mail import line
from tickets.mail.file import file_mail
from tickets.mail.letter import Accepted, Address, Letter, Machine, OfferedKey
from tickets.models import AutomaticMail, Event, Incoming, Message, Outgoing, Queue, Ticket

OK, NONE = Encryption.OK, Encryption.NONE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("speaking")]


@pytest.fixture
def speaking(queue: Queue) -> Queue:
    """The queue acknowledges first mails."""
    Queue.objects.filter(pk=queue.pk).update(acknowledges=True)
    queue.refresh_from_db()
    return queue


def acknowledged() -> list[str]:
    """To whom it was said that their mail arrived."""
    rows = Outgoing.objects.filter(kind=Outgoing.Kind.ACKNOWLEDGEMENT)
    return [row.recipient for row in rows.select_related("message__ticket__key")]


def test_the_writer_of_a_first_mail_is_told_that_it_arrived() -> None:
    message = file(letter(subject="Swordfish", text="Marmalade."))
    assert acknowledged() == [ANA]
    said = Message.objects.get(kind=Message.Kind.AUTOMATIC)
    assert said.ticket == message.ticket
    assert said.author is None
    assert Event.objects.filter(kind=Event.Kind.ACKNOWLEDGED, ticket=message.ticket).count() == 1
    ticket = Ticket.objects.get()
    assert ticket.waiting_since == message.created  # Nobody has answered them.


def test_not_where_the_queue_says_nothing(queue: Queue) -> None:
    Queue.objects.update(acknowledges=False)
    file(letter())
    assert acknowledged() == []


@pytest.mark.parametrize("machine", Machine)
def test_no_machine_is_told(machine: Machine) -> None:
    file(letter(), machine=machine)
    assert acknowledged() == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "noreply@user.example",
            "MAILER-DAEMON@user.example",
            "postmaster@user.example",
            "list-request@l.example",
        ),
        *("owner-list@l.example", "bounces+ana=x@l.example", "DESK@desk.example", "devnull@tails.example"),
        *("schleuder+x@l.example", "a b@user.example", "ana@user.example>", '"ana"@user.example', "", "ana"),
    ],
)
def test_nobody_and_ourselves_are_not_told(address: str) -> None:
    file(letter(sender=address))
    assert acknowledged() == []
    assert not is_somebody(address)


@pytest.mark.parametrize("address", [ANA, "ana.requests+tails@user.example", "o'neill@user.example"])
def test_somebody_is(address: str) -> None:
    assert is_somebody(address)


def test_two_senders_are_nobody() -> None:
    file(letter(from_=(Address("", ANA), Address("", "otto@user.example"))))
    assert acknowledged() == []


@pytest.mark.parametrize(
    ("to", "is_told"), [(DESK_ADDRESS.upper(), True), ("all@list.example", False), ("", False)]
)
def test_only_mail_that_names_us_as_its_recipient(to: str, *, is_told: bool) -> None:
    """Over a list or as a blind copy it came to us with others: they would all be told."""
    recipients = (Address("", to),) if to else ()
    file(letter(to=recipients))
    assert bool(acknowledged()) is is_told


def test_a_copy_to_us_counts() -> None:
    file(letter(to=(Address("", "friend@user.example"),), cc=(Address("", DESK_ADDRESS),)))
    assert acknowledged() == [ANA]


def test_only_the_first_mail_of_a_ticket() -> None:
    file(letter(message_id="one@user.example"))
    AutomaticMail.objects.all().delete()
    file(letter(references=("one@user.example",)))
    assert acknowledged() == [ANA]


def test_what_claims_to_answer_us_is_no_first_mail() -> None:
    file(letter(message_id="one@user.example"))
    file(letter(sender="otto@else.example", references=("one@user.example",)))
    assert acknowledged() == [ANA]


def test_once_a_day_however_many_tickets_they_open() -> None:
    for _ in range(3):
        file(letter())
    assert acknowledged() == [ANA]


def test_old_mail_is_filed_in_silence() -> None:
    incoming = keep()
    Incoming.objects.update(silent=True)
    incoming.refresh_from_db()
    assert file_mail(incoming, Accepted(letter()))
    assert acknowledged() == []


@pytest.mark.parametrize("encryption", [OK, NONE])
def test_a_report_is_not_acknowledged(encryption: Encryption) -> None:
    file(letter(text=report(sender=ANA), encryption=encryption, subject="Bug report: 0123456789abcdef0123"))
    assert acknowledged() == []


def test_a_replayed_text_is_not_acknowledged() -> None:
    stolen = letter(encryption=OK, replay_material=b"ciphertext")
    file(stolen)
    file(replace(stolen, from_=(Address("", "thief@else.example"),), message_id="other@else.example"))
    assert acknowledged() == [ANA]
    file(replace(letter(sender="eve@third.example", encryption=OK), sender_differs=True))
    assert acknowledged() == [ANA]


class TestWhatTheEncryptionHeldIsNoReason:
    """Language and queue of a ticket come from words that only we could read (security.md R6, R7)."""

    @pytest.fixture(autouse=True)
    def _french(self, queue: Queue) -> None:
        values = {"address": queue.address, "fingerprint": queue.fingerprint, "language": "fa"}
        Queue.objects.create(slug="farsi", name="Farsi", acknowledges=True, **values)

    def _said(self, one: Letter) -> Message:
        file(one, language="fa")
        return Message.objects.select_related("ticket__key").get(kind=Message.Kind.AUTOMATIC)

    def test_in_clear_the_ticket_decides(self) -> None:
        assert self._said(letter()).sender_name == "Farsi"

    def test_encrypted_the_address_alone_decides(self) -> None:
        said = self._said(letter(encryption=OK))
        assert said.ticket.queue.name == "Farsi"
        assert said.sender_name == "English"

    def test_signed_by_the_known_key_of_its_writer_the_ticket_decides(self) -> None:
        signature = Signature(SignatureState.VALID, BOB)
        assert self._said(letter(encryption=OK, signature=signature)).sender_name == "Farsi"

    @pytest.mark.parametrize("outside", [True, False])
    def test_whether_anything_is_said_too(self, queue: Queue, *, outside: bool) -> None:
        Queue.objects.filter(pk=queue.pk).update(acknowledges=outside)
        Queue.objects.exclude(pk=queue.pk).update(acknowledges=not outside)
        file(letter(encryption=OK), language="fa")
        assert bool(acknowledged()) is outside


def test_filing_does_not_hang_on_the_words(run_line: Callable[[], None]) -> None:
    """The mail is filed, and its acknowledgement decided upon, before anything is asked of gpg."""
    keep(mail())
    run_line()
    assert acknowledged() == [ANA]
    assert Outgoing.objects.get().state == Outgoing.State.WAITING


def test_the_worker_is_told_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, object]] = []
    monkeypatch.setattr("tickets.actions.automatic.enqueue", lambda *what: heard.append(what))
    with TestCase.captureOnCommitCallbacks(execute=True):
        line.process(keep(mail()).pk)
    assert heard == [("write_automatic", Outgoing.objects.get().pk)]


def test_to_a_key_that_came_with_the_mail_it_goes_encrypted(keyring: SecretKeyring) -> None:
    key = OfferedKey(BOB, "attachment", certificate("bob"))
    file(letter(sender="bob@user.example", encryption=OK), keys=[key])
    write_automatic(Outgoing.objects.get().pk, now=timezone.now())
    outgoing = Outgoing.objects.select_related("message__ticket__key").get()
    assert (outgoing.state, outgoing.fingerprint) == (Outgoing.State.APPROVED, BOB)
    assert b"arrived" not in outgoing.rendered
