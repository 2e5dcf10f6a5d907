"""An encrypted part is opened when an agent asks for it, shown once, and nothing of it stays anywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from crypto.openpgp import SecretKeyring
from crypto.vault import blob_store
from crypto.verdict import Encryption
from helpdesk.models import User
from tests.keyrings import certificate
from tests.mail.letters import keep
from tests.tickets.cases import NOW
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.open_part import OpenedPart, open_encrypted_part
from tickets.mail import line
from tickets.mail.letter import Quarantine, TryLater
from tickets.models import Event, Message, Outgoing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
SECRET = "the swordfish swims at noon"
HEAD = "From: eve@user.example\r\nTo: desk@desk.example\r\nSubject: Please look\r\n"
Armor = Callable[[bytes], str]


@pytest.fixture
def armor(keyring: SecretKeyring) -> Armor:
    """Encrypts to the desk."""
    return lambda content: keyring.encrypt(content, recipients=[certificate("desk")]).decode()


def mixed(*inside: str) -> str:
    body = "".join(f"--m\r\n{part}\r\n" for part in inside)
    return f'{HEAD}Content-Type: multipart/mixed; boundary="m"\r\n\r\n{body}--m--\r\n'


def words(text: str = "Hello") -> str:
    return f"Content-Type: text/plain\r\n\r\n{text}\r\n"


def attached(name: str, armored: str) -> str:
    return f'Content-Type: application/octet-stream; name="{name}"\r\n\r\n{armored}'


def filed(mail: str) -> Message:
    line.process(keep(mail.encode()).pk)
    return Message.objects.select_related("ticket__key").latest("created")


def open_first(message: Message, by: User) -> OpenedPart:
    return open_encrypted_part(message, 0, by=by, now=NOW)


def test_a_block_in_a_text_is_listed_and_opened_only_when_asked(armor: Armor, alice: User) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(SECRET.encode())}\r\nThanks")
    assert (message.encryption, message.encrypted_parts) == ("partial", [{"form": "inline", "name": ""}])
    assert SECRET not in f"{message.text}{message.full_text}"
    assert not message.ticket.events.filter(kind=Event.Kind.PART_OPENED).exists()
    part = open_first(message, alice)
    assert (part.encryption, part.text.strip()) == (Encryption.OK, SECRET)
    assert (part.files, part.problems) == ((), ())
    event = message.ticket.events.get(kind=Event.Kind.PART_OPENED)
    assert (event.by, event.at, event.part) == (alice, NOW, 1)


def test_what_is_saved_is_not_opened_once_more(armor: Armor, alice: User) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(SECRET.encode())}\r\nThanks")
    open_encrypted_part(message, 0, by=alice, now=NOW, saving=True)
    event = message.ticket.events.get(by=alice)
    assert (event.kind, event.part) == (Event.Kind.PART_SAVED, 1)


def test_nothing_of_an_opened_part_stays(armor: Armor, alice: User) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(SECRET.encode())}")
    files = {path.name for path in blob_store().root.rglob("*")}
    open_first(message, alice)
    again = Message.objects.select_related("ticket__key").get(pk=message.pk)
    assert SECRET not in f"{again.text}{again.full_text}{again.subject}{again.problems}"
    assert {path.name for path in blob_store().root.rglob("*")} == files
    assert not Outgoing.objects.exists()


def test_an_encrypted_file_is_given_under_its_own_name(armor: Armor, alice: User) -> None:
    message = filed(mixed(words(), attached("report.pdf.gpg", armor(b"%PDF-1.4 secret"))))
    assert message.encrypted_parts == [{"form": "file", "name": "report.pdf.gpg"}]
    part = open_first(message, alice)
    assert [(file.name, file.content) for file in part.files] == [("report.pdf", b"%PDF-1.4 secret")]
    assert part.text == ""


def test_a_file_without_an_ending_keeps_its_name(armor: Armor, alice: User) -> None:
    part = open_first(filed(mixed(words(), attached("secret", armor(b"x")))), alice)
    assert [file.name for file in part.files] == ["secret"]


def test_a_mail_inside_is_read_like_a_mail(armor: Armor, alice: User) -> None:
    inner = (
        'Content-Type: multipart/mixed; boundary="i"; protected-headers="v1"\r\nSubject: Inside\r\n\r\n'
        f"--i\r\n{words(SECRET)}\r\n--i\r\n{attached('log.txt', 'log')}\r\n--i--\r\n"
    )
    version = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    mail = mixed(words(), version, attached("encrypted.asc", armor(inner.encode())))
    part = open_first(filed(mail), alice)
    assert (part.subject, part.text.strip()) == ("Inside", SECRET)
    assert [(file.name, file.content) for file in part.files] == [("log.txt", b"log")]


def test_a_forwarded_mail_is_opened_by_itself(armor: Armor, alice: User) -> None:
    forwarded = f"Content-Type: message/rfc822\r\n\r\nSubject: old\r\n\r\n{armor(SECRET.encode())}"
    part = open_first(filed(mixed(words(), forwarded)), alice)
    assert part.text.strip() == SECRET


def test_what_is_encrypted_inside_an_encryption_waits_too(armor: Armor, alice: User) -> None:
    message = filed(f"{HEAD}\r\n{armor(('Stolen:' + chr(10) + armor(SECRET.encode())).encode())}")
    assert (message.encryption, message.encrypted_parts) == ("ok", [{"form": "inline", "name": ""}])
    assert SECRET not in message.text
    assert open_first(message, alice).text.strip() == SECRET


@pytest.mark.parametrize(
    ("recipient", "damage", "state"),
    [("carol", False, Encryption.NO_KEY), ("desk", True, Encryption.REFUSED)],
)
def test_a_part_is_refused_by_the_rules_of_a_whole_mail(
    keyring: SecretKeyring, alice: User, recipient: str, state: Encryption, *, damage: bool
) -> None:
    armored = keyring.encrypt(SECRET.encode(), recipients=[certificate(recipient)]).decode()
    if damage:
        end = armored.index("\n=") - 8
        armored = armored[:end] + ("A" if armored[end] != "A" else "B") + armored[end + 1 :]
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armored}")
    assert open_first(message, alice) == OpenedPart(state)
    assert not message.ticket.events.filter(kind=Event.Kind.PART_OPENED).exists()


def test_a_part_that_breaks_its_reader_is_refused(
    armor: Armor, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(SECRET.encode())}")

    def breaks(_opened: object) -> None:
        raise Quarantine("could_not_be_read")

    monkeypatch.setattr("tickets.actions.open_part.parse_mail", breaks)
    assert open_first(message, alice) == OpenedPart(Encryption.REFUSED)


@pytest.mark.parametrize("stop", [TryLater("gpg_timeout"), Quarantine("gpg_failed")])
def test_trouble_with_our_key_is_said(
    armor: Armor, alice: User, monkeypatch: pytest.MonkeyPatch, stop: Exception
) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(SECRET.encode())}")

    def fails(*_given: object) -> None:
        raise stop

    monkeypatch.setattr("tickets.actions.open_part.open_part", fails)
    with pytest.raises(KeyTrouble):
        open_first(message, alice)


def test_a_stolen_ciphertext_in_a_part_raises_the_alarm(armor: Armor, alice: User) -> None:
    stolen = armor(SECRET.encode())
    filed(f"From: bob@user.example\r\nTo: desk@desk.example\r\nSubject: x\r\n\r\n{stolen}")
    message = filed(f"{HEAD}\r\nPlease answer this:\r\n{stolen}")
    assert not message.replayed
    assert open_first(message, alice).replayed
    message.refresh_from_db()
    assert message.replayed


def test_ones_own_ciphertext_again_is_no_alarm(armor: Armor, alice: User) -> None:
    own = armor(SECRET.encode())
    filed(f"{HEAD}\r\n{own}")
    assert not open_first(filed(f"{HEAD}\r\nAs I wrote:\r\n{own}"), alice).replayed


def test_there_is_nothing_to_open_where_no_part_is(armor: Armor, alice: User) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(b'x')}")
    with pytest.raises(NotPossibleNow):
        open_encrypted_part(message, 1, by=alice, now=NOW)
    message.encrypted_parts = [{"form": "file", "name": "other"}]
    with pytest.raises(NotPossibleNow):
        open_first(message, alice)
    message.raw_blob = ""
    with pytest.raises(NotPossibleNow):
        open_first(message, alice)


def test_an_outer_encryption_that_opens_no_more_has_no_parts(
    armor: Armor, alice: User, settings: LazySettings
) -> None:
    message = filed(f"{HEAD}\r\nPlease see:\r\n{armor(b'x')}")
    message.encryption = Encryption.OK
    message.encrypted_parts = [{"form": "inline", "name": ""}]
    message.raw_blob = message.sealing_key.write_blob(f"{HEAD}\r\n{armor(b'no part')}".encode())
    with pytest.raises(NotPossibleNow):
        open_first(message, alice)
