"""A ciphertext mailed under another name than its writer's: nobody gets an answer to what may be stolen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from crypto.verdict import OTHER_SENDER, Encryption
from tests.keyrings import BOB, certificate, secret_home
from tests.mail.letters import keep
from tests.mail.sealed import encrypted, letter, open_raw
from tickets.mail import line
from tickets.mail.letter import Letter
from tickets.mail.parse import parse_mail
from tickets.models import Message
from tickets.travel import Way, travel_of

THIEF = b"Eve <eve@evil.example>"


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def stolen(raw: bytes, by: bytes = THIEF) -> bytes:
    return raw.replace(b"From: Bob <bob@user.example>", b"From: " + by, 1)


def read(keyring: SecretKeyring, raw: bytes) -> Letter:
    return parse_mail(open_raw(keyring, raw))


def test_another_protected_sender_is_noted(keyring: SecretKeyring, bobs: SecretKeyring) -> None:
    found = read(keyring, stolen(encrypted(bobs, letter())))
    assert found.encryption is Encryption.OK
    assert found.sender_differs
    assert [each.address for each in found.from_] == ["eve@evil.example"]
    assert found.problems[-1] == OTHER_SENDER


@pytest.mark.parametrize("by", [b"bob@user.example", b"BOB@User.example (Bob)", b"Bobby <bob@user.example>"])
def test_the_same_sender_in_other_words_is_the_same(
    keyring: SecretKeyring, bobs: SecretKeyring, by: bytes
) -> None:
    found = read(keyring, stolen(encrypted(bobs, letter()), by))
    assert (found.sender_differs, found.problems) == (False, ())


@pytest.mark.parametrize(
    "by", [b"bob@user.example, eve@evil.example", b"bob@user.example\r\nFrom: eve@evil.example", b""]
)
def test_no_one_sender_outside_is_another(keyring: SecretKeyring, bobs: SecretKeyring, by: bytes) -> None:
    assert read(keyring, stolen(encrypted(bobs, letter()), by)).sender_differs


@pytest.mark.parametrize(
    "inner",
    [
        b"From: bob@user.example\r\nContent-Type: text/plain\r\n\r\nx",
        b'Subject: x\r\nContent-Type: text/plain; hp="cipher"\r\n\r\nx',
    ],
    ids=["not said to be protected", "no sender inside"],
)
def test_what_is_not_protected_says_nothing(
    keyring: SecretKeyring, bobs: SecretKeyring, inner: bytes
) -> None:
    armor = bobs.sign_and_encrypt(inner, signer=BOB, recipients=[certificate("desk")])
    raw = encrypted(bobs, letter())
    begin, end = raw.index(b"-----BEGIN PGP"), raw.index(b"-----END PGP MESSAGE-----") + 25
    assert not read(keyring, stolen(raw[:begin] + armor.strip() + raw[end:])).sender_differs


@pytest.mark.django_db
@pytest.mark.usefixtures("queue", "keyring")
class TestThroughTheLine:
    """The whole way, from the raw mail to what an agent can do."""

    def run(self, raw: bytes) -> Message:
        incoming = keep(raw)
        line.process(incoming.pk)
        incoming.refresh_from_db()
        assert incoming.message is not None
        return Message.objects.select_related("ticket__key").get(pk=incoming.message.pk)

    def test_it_is_never_answered(self, bobs: SecretKeyring) -> None:
        message = self.run(stolen(encrypted(bobs, letter())))
        assert message.ticket.requester_address == "eve@evil.example"
        assert message.replayed
        assert OTHER_SENDER in message.problems
        assert travel_of(message.ticket, now=timezone.now()).way is Way.REPLAYED

    def test_its_writer_is_no_thief_when_the_thief_was_faster(self, bobs: SecretKeyring) -> None:
        raw = encrypted(bobs, letter())
        assert self.run(stolen(raw)).replayed
        assert not self.run(raw).replayed
