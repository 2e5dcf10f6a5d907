"""A ciphertext that comes again: from somebody else it raises the alarm, into its own ticket it is not filed twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from crypto.structure.parts import EncryptedPart, PartForm, encrypted_data
from crypto.verdict import Encryption
from helpdesk.models import User
from tests.keyrings import certificate, secret_home
from tests.mail.letters import file, keep, report
from tests.mail.letters import letter as plain_letter
from tests.mail.sealed import encrypted, letter
from tests.mail.test_keys_through_the_line import as_report
from tests.tickets.cases import know_key
from tests.tickets.test_open_part import attached, mixed, words
from tickets.actions.open_part import open_encrypted_part
from tickets.actions.retry import try_again
from tickets.mail import line
from tickets.mail.letter import ListedPart
from tickets.models import Ciphertext, Incoming, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue", "keyring")]
REPORT = "Subject: Bug report: 0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def processed(raw: bytes) -> Incoming:
    incoming = keep(raw)
    line.process(incoming.pk)
    return Incoming.objects.select_related("message__ticket__key", "key").get(pk=incoming.pk)


def message_of(raw: bytes) -> Message:
    message = processed(raw).message
    assert message is not None
    return message


def sealed_text(bobs: SecretKeyring) -> str:
    return bobs.encrypt(b"the swordfish swims at noon", recipients=[certificate("desk")]).decode()


def with_part(armored: str, sender: str) -> bytes:
    return mixed(words(), attached("x.asc", armored)).replace("eve@user.example", sender).encode()


def test_an_encrypted_part_is_known_by_its_sender_before_anybody_opens_it(
    bobs: SecretKeyring, alice: User
) -> None:
    armored = sealed_text(bobs)
    theirs = message_of(with_part(armored, "ana@user.example"))
    stolen = message_of(with_part(armored, "thief@evil.example"))
    assert Ciphertext.objects.get().message == theirs
    part = open_encrypted_part(stolen, 0, by=alice, now=timezone.now())
    assert part.replayed
    assert not open_encrypted_part(theirs, 0, by=alice, now=timezone.now()).replayed


def test_a_part_that_comes_as_a_whole_mail_of_somebody_else_raises_the_alarm(bobs: SecretKeyring) -> None:
    armored = sealed_text(bobs)
    message_of(with_part(armored, "ana@user.example"))
    whole = f"From: thief@evil.example\r\nTo: desk@desk.example\r\nSubject: Hi\r\n\r\n{armored}".encode()
    assert message_of(whole).replayed


def test_a_part_under_another_name_is_nobodys() -> None:
    parts = (ListedPart("file", "x.asc", b"data"), ListedPart("file", "torn.asc"))
    file(plain_letter(encrypted_parts=parts, sender_differs=True))
    assert not Ciphertext.objects.exists()
    file(plain_letter(encrypted_parts=parts))
    assert Ciphertext.objects.count() == 1


def again(raw: bytes, number: int) -> bytes:
    """The same ciphertext with one more header, from anybody."""
    return f"X-Number: {number}\r\n".encode() + raw.replace(b"devnull@tails.example", b"thief@evil.example")


@pytest.fixture
def filed(bobs: SecretKeyring) -> tuple[bytes, Ticket]:
    """Bob's report, answered and closed."""
    raw = (
        as_report(bobs, "Help.")
        .replace(b"Subject: [...]", REPORT.encode())
        .replace(b"Subject: ...", REPORT.encode())
    )
    ticket = message_of(raw).ticket
    assert ticket.report_digest
    Ticket.objects.update(state=Ticket.State.CLOSED, closed=timezone.now(), waiting_since=None)
    return raw, ticket


def test_a_report_that_is_in_its_ticket_is_set_aside_and_reopens_nothing(filed: tuple[bytes, Ticket]) -> None:
    raw, ticket = filed
    found = [processed(again(raw, number)) for number in range(3)]
    assert {(each.state, each.reason) for each in found} == {("set_aside", "repeated")}
    ticket.refresh_from_db()
    assert (ticket.state, ticket.waiting_since, ticket.messages.count()) == ("closed", None, 1)


def test_an_agent_can_have_it_filed_all_the_same(filed: tuple[bytes, Ticket], alice: User) -> None:
    raw, ticket = filed
    aside = processed(again(raw, 1))
    assert try_again(aside, by=alice, now=timezone.now() - timedelta(minutes=1))
    line.process(aside.pk)
    assert ticket.messages.count() == 2


def test_a_second_report_of_the_same_id_is_filed(filed: tuple[bytes, Ticket], bobs: SecretKeyring) -> None:
    _, ticket = filed
    raw = as_report(bobs, "Once more.").replace(b"Subject: ...", REPORT.encode())
    assert message_of(raw.replace(b"Subject: [...]", REPORT.encode())).ticket == ticket


def test_a_report_whose_carrier_is_another_is_no_follow_up() -> None:
    one = plain_letter(
        sender="devnull@tails.example",
        subject=REPORT[9:],
        text=report(),
        encryption=Encryption.OK,
        replay_material=b"one",
    )
    first = file(one).ticket
    assert file(replace(one, replay_material=b"two")).ticket == first
    assert file(replace(one, replay_material=None, sender_differs=True)).ticket != first


@pytest.mark.parametrize(
    "ciphertext", [b"", b"rubbish", b"\xc6\x01\x04", b"-----BEGIN PGP MESSAGE-----\n\n%%%\n"]
)
def test_what_nobody_could_open_is_known_by_nothing(ciphertext: bytes) -> None:
    assert encrypted_data(EncryptedPart(PartForm.FILE, "x.asc", ciphertext)) == b""


@pytest.mark.parametrize(("is_silent", "signature"), [(False, "not_bound"), (True, "valid")])
def test_an_old_signed_mail_that_comes_again_does_not_look_as_if_said_today(
    bobs: SecretKeyring, *, is_silent: bool, signature: str
) -> None:
    """What was in a mailbox before the desk is old mail, and is not said to be sent again."""
    know_key(address="bob@user.example")
    incoming = keep(encrypted(bobs, letter()))
    Incoming.objects.update(received=timezone.now() + timedelta(days=80), silent=is_silent)
    line.process(incoming.pk)
    message = Message.objects.select_related("ticket__key").get()
    assert (message.signature, bool(message.problems)) == (signature, not is_silent)
