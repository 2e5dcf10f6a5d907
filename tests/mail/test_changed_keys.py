"""A different key for a person we know, in real mails: who can bring it, and what that stops."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate

import pytest
from django.utils import timezone

from crypto.models import PublicKey
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.keyrings import BOB, BOBS_OTHER, KEYS, certificate, secret_home
from tests.mail.letters import keep
from tests.mail.sealed import encrypted, letter
from tickets.actions.keys.confirm_key import confirm_key
from tickets.mail import line
from tickets.models import Incoming, Message, Queue, Ticket
from tickets.travel import Travel, Way, travel_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue", "keyring")]


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def with_key(name: str | None, sender: str = "Bob <bob@user.example>") -> EmailMessage:
    message = letter(sender)
    if name:
        key = (KEYS / f"{name}.public.asc").read_bytes()
        message.add_attachment(key, "application", "pgp-keys", filename="key.asc")
    return message


def unsigned(bobs: SecretKeyring, message: EmailMessage) -> bytes:
    """As anybody can write it: encrypted to us, From whoever they like."""
    armor = bobs.encrypt(message.as_bytes(), recipients=[certificate("desk")]).decode()
    head = "\r\n".join(f"{name}: {message[name]}" for name in ("From", "To"))
    return (
        f"{head}\r\nDate: {formatdate()}\r\nSubject: ...\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
        f"--b\r\nContent-Type: application/octet-stream\r\n\r\n{armor}\r\n--b--\r\n"
    ).encode()


def came(raw: bytes) -> Message:
    incoming = keep(raw)
    line.process(incoming.pk)
    filed = Incoming.objects.select_related("message__ticket__key", "message__ticket__queue").get(
        pk=incoming.pk
    )
    assert filed.message is not None
    return filed.message


def travel(ticket: Ticket) -> Travel:
    return travel_of(ticket, now=timezone.now())


@pytest.fixture
def known(bobs: SecretKeyring) -> Ticket:
    """Bob wrote with his key; it is used."""
    ticket = came(encrypted(bobs, with_key("bob"))).ticket
    assert travel(ticket).way is Way.ENCRYPTED
    return ticket


def test_a_stranger_under_his_name_stops_only_what_he_wrote_himself(
    known: Ticket, bobs: SecretKeyring
) -> None:
    message = came(unsigned(bobs, with_key("bob-other")))
    assert (message.encryption, message.signature) == ("ok", "none")
    assert message.ticket != known
    assert travel(message.ticket).way is Way.KEY_CHANGED
    still = travel(known)
    assert (still.way, still.choice.certificate) == (Way.ENCRYPTED, certificate("bob"))
    assert still.choice.proposed is not None
    assert still.choice.proposed.fingerprint == BOBS_OTHER


def test_the_known_key_is_in_use_whatever_strangers_send(known: Ticket, bobs: SecretKeyring) -> None:
    for _ in range(3):
        came(unsigned(bobs, with_key("bob-other")))
    states = {row.fingerprint: row.state for row in PublicKey.objects.select_related("key")}
    assert states == {BOB: "in_use", BOBS_OTHER: "proposed"}


def test_a_change_in_a_mail_that_his_key_signed_stops_all_his_tickets(
    known: Ticket, bobs: SecretKeyring
) -> None:
    message = came(encrypted(bobs, with_key("bob-other")))
    assert message.signature == "valid"
    assert {travel(ticket).way for ticket in (known, message.ticket)} == {Way.KEY_CHANGED}


def test_after_an_agent_kept_the_known_key_the_other_stops_nothing_more(
    known: Ticket, bobs: SecretKeyring, alice: User
) -> None:
    first = came(unsigned(bobs, with_key("bob-other")))
    confirm_key(first.ticket, BOB, by=alice, now=timezone.now())
    again = came(unsigned(bobs, with_key("bob-other")))
    assert {travel(each.ticket).way for each in (first, again)} == {Way.ENCRYPTED}


def test_a_stranger_cannot_have_the_answers_of_others_held_back_before_there_is_a_key(
    bobs: SecretKeyring,
) -> None:
    """Two keys under one name and none of them known: neither is used before somebody has compared."""
    first = came(unsigned(bobs, with_key(None)))
    second = came(unsigned(bobs, with_key("bob-other")))
    third = came(unsigned(bobs, with_key("bob")))
    assert {travel(each.ticket).way for each in (first, second, third)} == {Way.WAITS}
    assert set(PublicKey.objects.values_list("state", flat=True)) == {"proposed"}


def test_two_keys_for_him_in_one_mail_are_none(bobs: SecretKeyring) -> None:
    message = with_key("bob")
    key = (KEYS / "bob-other.public.asc").read_bytes()
    message.add_attachment(key, "application", "pgp-keys", filename="other.asc")
    came(unsigned(bobs, message))
    assert not PublicKey.objects.exists()


def test_nobody_has_a_key_for_our_own_address(bobs: SecretKeyring, queue: Queue) -> None:
    message = letter(f"Desk <{queue.address}>")
    key = (KEYS / "desk.public.asc").read_bytes()
    message.add_attachment(key, "application", "pgp-keys", filename="key.asc")
    incoming = keep(unsigned(bobs, message))
    line.process(incoming.pk)
    assert not PublicKey.objects.exists()


def test_a_key_with_a_colliding_short_id_beside_his_is_nobodys(bobs: SecretKeyring) -> None:
    from tests.crypto.test_cut_certificates import old_key_with_the_id_of

    message = with_key("bob")
    forged = old_key_with_the_id_of(BOB)
    message.add_attachment(forged, "application", "pgp-keys", filename="forged.pgp")
    came(unsigned(bobs, message))
    assert [row.fingerprint for row in PublicKey.objects.select_related("key")] == [BOB]
