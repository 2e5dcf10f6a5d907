"""The bytes of an answer: Bob reads all of it, and nobody on the way reads anything."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import HIDDEN_SUBJECT
from helpdesk.models import User
from tests.keyrings import DESK, certificate, known
from tests.tickets.cases import NOW, arrival, know_key, opened, received
from tickets.actions.answer import Shown, answer_ticket
from tickets.mail.letter import Letter, Sealed
from tickets.mail.open import open_mail
from tickets.mail.parse import parse_mail
from tickets.models import Outgoing, Queue, Ticket
from tickets.travel import Way

TEXT = "Try the spare kernel.\n\nZażółć gęślą jaźń.\n.\nFrom now on it works."

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(signing: Queue) -> Ticket:
    """Bob asked; his Message-ID is known."""
    know_key()
    return opened(signing, message_id="asked@user.example")


def _rendered(ticket: Ticket, by: User, way: Way = Way.ENCRYPTED) -> bytes:
    # The clock of gpg cannot be moved, and a signature must be about as old as its mail.
    answer_ticket(ticket, TEXT, by=by, shown=Shown(way), now=timezone.now())
    return bytes(Outgoing.objects.get().rendered)


def _outside(mail: bytes) -> EmailMessage:
    read = email.message_from_bytes(mail, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def _read_by_bob(mail: bytes, home: Path) -> Letter:
    desk = known("desk", DESK, "desk@desk.example")
    return parse_mail(open_mail(Sealed(mail), SecretKeyring(home), lambda address: (desk,)))


def test_bob_reads_it_and_knows_that_it_is_ours(ticket: Ticket, alice: User, bob_home: Path) -> None:
    letter = _read_by_bob(_rendered(ticket, alice), bob_home)
    assert letter.text.strip() == TEXT
    assert letter.encryption == "ok"
    assert (letter.signature.state, letter.signature.fingerprint) == ("valid", DESK)
    assert letter.subject == f"Re: Black screen [{ticket.number}]"
    assert letter.subject_protected


def test_nothing_of_it_can_be_read_on_the_way(ticket: Ticket, alice: User) -> None:
    # What stands around the ciphertext; in that, any four letters come up by chance.
    begin, _, armored = _rendered(ticket, alice).partition(b"-----BEGIN PGP MESSAGE-----")
    mail = begin + armored.partition(b"-----END PGP MESSAGE-----")[2]
    assert len(armored) > 500
    for secret in ("Black", "screen", ticket.number, "Bird", "spare", "kernel", "Alice", "alice"):
        assert secret.lower().encode() not in mail.lower(), secret


def test_the_outer_headers_are_the_few_that_a_mail_needs(ticket: Ticket, alice: User) -> None:
    outside = _outside(_rendered(ticket, alice))
    assert outside["Subject"] == HIDDEN_SUBJECT == "..."
    assert outside["From"].addresses[0].addr_spec == "desk@desk.example"
    assert outside["To"] == "bob@user.example"
    assert outside["In-Reply-To"] == "<asked@user.example>"
    assert outside["Message-ID"] == ticket.messages.get(kind="outbound").message_id
    assert outside.get_content_type() == "multipart/encrypted"


def test_it_answers_the_requester_and_no_bounce(ticket: Ticket, alice: User) -> None:
    received(ticket, arrival(message_id="bounce@mx.example", machine="bounce", received=timezone.now()))
    outside = _outside(_rendered(ticket, alice))
    assert outside["In-Reply-To"] == "<asked@user.example>"


def test_every_answer_has_a_message_id_nobody_can_guess(ticket: Ticket, alice: User) -> None:
    answers = [answer_ticket(ticket, TEXT, by=alice, shown=Shown(Way.ENCRYPTED), now=NOW) for _ in range(2)]
    secrets = {answer.message_id.strip("<>").partition("@")[0] for answer in answers}
    assert len(secrets) == 2
    assert all(len(secret) >= 32 for secret in secrets)


def test_an_answer_quotes_nothing(ticket: Ticket, alice: User, bob_home: Path) -> None:
    received(ticket, arrival("The passphrase is marmalade."))
    letter = _read_by_bob(_rendered(ticket, alice), bob_home)
    assert "marmalade" not in letter.text
    assert "does not start" not in letter.text
    assert letter.attachments == ()


def test_in_clear_it_is_signed_and_names_no_number(signing: Queue, alice: User, bob_home: Path) -> None:
    ticket = opened(signing, encryption="none")
    mail = _rendered(ticket, alice, Way.CLEAR)
    letter = _read_by_bob(mail, bob_home)
    assert letter.text.strip() == TEXT
    assert letter.encryption == "none"
    assert letter.signature.state == "valid"
    assert letter.subject == "Re: Black screen"
    assert ticket.number.encode() not in mail


def test_a_subject_cannot_bring_headers_along(signing: Queue, alice: User) -> None:
    ticket = opened(signing, encryption="none")
    ticket.subject = "Hello\r\nBcc: eve@example.org\u2028\0" + "x" * 500
    ticket.save()
    outside = _outside(_rendered(ticket, alice, Way.CLEAR))
    assert outside["Bcc"] is None
    assert len(outside["Subject"]) < 250


def test_only_the_key_of_the_recipient_opens_it(ticket: Ticket, alice: User) -> None:
    """Not even ours: what was sent is kept sealed in the ticket."""
    mail = _rendered(ticket, alice)
    keyring = SecretKeyring(Path(_desk_home()))
    letter = parse_mail(open_mail(Sealed(mail), keyring, lambda address: ()))
    assert letter.encryption == "no_key"
    assert certificate("bob") not in mail


def _desk_home() -> str:
    from django.conf import settings

    return str(settings.GNUPG_HOME)
