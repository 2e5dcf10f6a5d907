"""Acknowledging a first mail: to a person, once, without a word of what they wrote, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import TestCase
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from crypto.verdict import Encryption, Signature, SignatureState
from tests.conftest import DESK_ADDRESS
from tests.keyrings import BOB, CAROL, certificate, secret_home
from tests.mail import sealed
from tests.mail.letters import ANA, file, keep, letter, mail, report
from tickets.actions.automatic.deciding import is_somebody, write_automatic
from tickets.mail import line
from tickets.mail.file import file_mail
from tickets.mail.letter import Accepted, Address, Machine, OfferedKey
from tickets.mail.message_ids import new_message_id
from tickets.models import AutomaticMail, Event, Incoming, Message, Outgoing, Queue, Ticket

OK, NONE = Encryption.OK, Encryption.NONE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("speaking")]


@pytest.fixture
def speaking(queue: Queue) -> Queue:
    """The queue acknowledges first mails."""
    Queue.objects.filter(pk=queue.pk).update(acknowledges=True)
    queue.refresh_from_db()
    return queue


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    """Bob's own keyring."""
    with secret_home("bob") as home:
        yield SecretKeyring(home)


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


@pytest.mark.parametrize("is_known", [True, False])
def test_what_claims_to_answer_us_is_no_first_mail(queue: Queue, *, is_known: bool) -> None:
    secret = new_message_id(queue.address).strip("<>")
    if is_known:
        file(letter(message_id=secret))
    file(letter(sender="otto@else.example", references=(secret,)))
    assert acknowledged() == [ANA] * is_known


@pytest.mark.parametrize("is_known", [True, False])
def test_our_silence_does_not_say_whose_message_ids_we_know(*, is_known: bool) -> None:
    if is_known:
        file(letter(message_id="one@user.example"))
    file(letter(sender="otto@else.example", references=("one@user.example",)))
    assert "otto@else.example" in acknowledged()


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
    stolen = letter(encryption=OK, replay_material=b"ciphertext", sender_inside=True)
    file(stolen)
    file(replace(stolen, from_=(Address("", "thief@else.example"),), message_id="other@else.example"))
    assert acknowledged() == [ANA]
    file(replace(letter(sender="eve@third.example", encryption=OK, sender_inside=True), sender_differs=True))
    assert acknowledged() == [ANA]


class TestWhatWasEncrypted:
    """Nobody but the one who wrote it is told that it could be opened (security.md R7)."""

    def test_a_sender_who_stands_outside_only_is_not_told(self) -> None:
        file(letter(encryption=OK))
        assert acknowledged() == []

    @pytest.mark.parametrize(
        "bound",
        [{"sender_inside": True}, {"signature": Signature(SignatureState.VALID, BOB)}],
    )
    def test_one_who_stands_inside_or_has_signed_is(self, bound: dict[str, Any]) -> None:
        file(letter(encryption=OK, **bound))
        assert acknowledged() == [ANA]

    @pytest.mark.parametrize(
        ("key", "is_told"),
        [
            (OfferedKey(BOB, "attachment", certificate("bob")), True),
            (OfferedKey(BOB, "autocrypt", certificate("bob"), is_outside=True), False),
            (OfferedKey(CAROL, "attachment", certificate("carol")), False),
        ],
    )
    def test_whose_key_is_inside_is(self, key: OfferedKey, *, is_told: bool) -> None:
        file(letter(sender="bob@user.example", encryption=OK), keys=[key])
        assert bool(acknowledged()) is is_told

    def test_what_was_not_opened_is_like_clear_text(self) -> None:
        file(letter(encryption=Encryption.PARTIAL))
        assert acknowledged() == [ANA]


class TestThroughTheLine:
    """Bob's address stands in the protected headers of what he encrypts."""

    def test_bob_is_told(self, keyring: SecretKeyring, bobs: SecretKeyring) -> None:
        line.process(keep(sealed.encrypted(bobs, sealed.letter())).pk)
        assert acknowledged() == ["bob@user.example"]

    def test_the_thief_is_not(self, keyring: SecretKeyring, bobs: SecretKeyring) -> None:
        stolen = sealed.encrypted(bobs, sealed.letter())
        line.process(keep(stolen.replace(b"bob@user.example", b"thief@else.example")).pk)
        assert acknowledged() == []

    def test_nor_is_anybody_when_it_was_touched(self, keyring: SecretKeyring, bobs: SecretKeyring) -> None:
        whole = sealed.encrypted(bobs, sealed.letter())
        at = whole.index(b"-----BEGIN PGP MESSAGE") + 300
        line.process(keep(whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :]).pk)
        assert acknowledged() == []
        assert not Ticket.objects.exists()


def test_filing_does_not_hang_on_the_words(run_line: Callable[[], None]) -> None:
    """The mail is filed, and its acknowledgement decided upon, before anything is asked of gpg."""
    keep(mail())
    run_line()
    assert acknowledged() == [ANA]
    assert Outgoing.objects.get().state == Outgoing.State.WAITING


def test_the_worker_is_told_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, object]] = []
    monkeypatch.setattr("tickets.actions.automatic.deciding.enqueue", lambda *what: heard.append(what))
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
