"""Encrypted parts on the desk: listed outside of the message's box, opened by a press of a button on a page of their own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crypto.openpgp import SecretKeyring
from crypto.verdict import Encryption
from tests.desk.rows import new_message
from tests.keyrings import certificate
from tickets.actions.errors import KeyTrouble
from tickets.actions.open_part import OpenedPart
from tickets.models import Event, Message, Ticket

SECRET = "the swordfish swims at noon <b>"
REST = "Only the marked part was encrypted. Anyone could have added the rest."
SOME = "Only a part of the mail was encrypted. Anyone could have added the rest."


@pytest.fixture
def partly(keyring: SecretKeyring, ticket: Ticket) -> Message:
    """A mail with an encrypted block in its text and an encrypted file beside it."""
    to_us = [certificate("desk")]
    block = keyring.encrypt(SECRET.encode(), recipients=to_us).decode()
    file = keyring.encrypt(b"<script>", recipients=to_us).decode()
    name = 'Content-Type: text/html; name="page.html.asc"'
    raw = (
        'Content-Type: multipart/mixed; boundary="m"\n\n--m\n\nHello\n'
        f"{block}\n--m\n{name}\n\n{file}\n--m--\n"
    )
    parts = [{"form": "inline", "name": ""}, {"form": "file", "name": "page.html.asc"}]
    blob = ticket.key.write_blob(raw.encode())
    return new_message(ticket, text="Hello", encryption="partial", encrypted_parts=parts, raw_blob=blob)


def open_part(desk: Client, message: Message, number: int = 0) -> str:
    answer = desk.post(reverse("open_part", args=[message.pk, number]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_card_lists_what_was_not_opened(desk: Client, partly: Message) -> None:
    page = desk.get(reverse("ticket", args=[partly.ticket_id])).content.decode()
    listed = page.index("An encrypted block inside the text")
    assert page.index(REST) < page.index("Hello") < listed
    assert page.index("An encrypted file: <bdi>page.html.asc</bdi>") > listed
    assert page.count("Open this part") == 2
    assert "swordfish" not in page


def test_without_the_mail_as_it_came_nothing_can_be_opened(desk: Client, partly: Message) -> None:
    Message.objects.filter(pk=partly.pk).update(raw_blob="")
    page = desk.get(reverse("ticket", args=[partly.ticket_id])).content.decode()
    assert "An encrypted block inside the text" in page
    assert "Open this part" not in page


def test_a_part_is_shown_apart_and_marked(desk: Client, partly: Message) -> None:
    page = open_part(desk, partly)
    assert SOME in page
    assert "the swordfish swims at noon &lt;b&gt;" in page
    assert "It is shown this once and not kept." in page
    assert f"{reverse('ticket', args=[partly.ticket_id])}#m-{partly.pk}" in page
    assert "Hello" not in page
    assert "Not read as it stood" not in page
    again = desk.get(reverse("ticket", args=[partly.ticket_id])).content.decode()
    assert "swordfish" not in again
    assert "an encrypted part was opened" in again


def test_a_file_is_offered_and_saved_never_shown(desk: Client, partly: Message) -> None:
    page = open_part(desk, partly, 1)
    assert "<bdi>page.html</bdi>" in page
    assert "&lt;script&gt;" not in page
    answer = desk.post(reverse("part_file", args=[partly.pk, 1, 0]))
    assert answer.content == b"<script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert desk.post(reverse("part_file", args=[partly.pk, 1, 1])).status_code == 404


@pytest.mark.parametrize(
    ("encryption", "words"),
    [
        (Encryption.NO_KEY, "Encrypted, but not to a key we have."),
        (
            Encryption.REFUSED,
            "This message was tampered with or could harm us, so it was not opened. The original is kept.",
        ),
    ],
)
def test_what_cannot_be_opened_is_said_in_the_words_of_a_card(
    desk: Client, partly: Message, monkeypatch: pytest.MonkeyPatch, encryption: Encryption, words: str
) -> None:
    monkeypatch.setattr(
        "tickets.desk.conversation.parts.open_encrypted_part", lambda *_, **__: OpenedPart(encryption)
    )
    page = open_part(desk, partly)
    assert words in page
    assert "It is shown this once" not in page


def test_a_part_that_came_from_somebody_else_is_said_to_be(
    desk: Client, partly: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = OpenedPart(Encryption.OK, text="x", subject="Inside", problems=("cut",), replayed=True)
    monkeypatch.setattr("tickets.desk.conversation.parts.open_encrypted_part", lambda *_, **__: part)
    page = open_part(desk, partly)
    assert "The same encrypted text came earlier from another sender." in page
    assert "<bdi>Inside</bdi>" in page
    assert "<bdi>cut</bdi>" in page


@pytest.mark.parametrize("name", ["open_part", "part_file"])
def test_nothing_is_opened_when_our_key_is_in_trouble(
    desk: Client, partly: Message, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise KeyTrouble

    monkeypatch.setattr("tickets.desk.conversation.parts.open_encrypted_part", fails)
    arguments = [partly.pk, 0] if name == "open_part" else [partly.pk, 0, 0]
    page = desk.post(reverse(name, args=arguments), follow=True).content.decode()
    assert "Nothing was opened: GnuPG could not work with our key." in page


def test_a_part_that_is_not_there_opens_nothing(desk: Client, partly: Message) -> None:
    answer = desk.post(reverse("open_part", args=[partly.pk, 2]), follow=True)
    assert "Nothing was opened: this part is not there any more." in answer.content.decode()
    assert not Event.objects.filter(kind=Event.Kind.PART_OPENED).exists()
