"""The history of a ticket says which key and which part it speaks of, and shows nothing twice."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from helpdesk.templatetags.moments import key_end
from tests.desk.rows import FINGERPRINT, ago, new_attachment, new_message, new_public_key
from tickets.access import key_changes_of
from tickets.actions.keys.confirm_key import confirm_key
from tickets.desk.conversation.history import history_of
from tickets.models import Event, Message, Ticket


def _words(ticket: Ticket) -> list[str]:
    return [line.words for line in history_of(ticket, key_changes_of(ticket))]


def test_it_says_which_key_was_confirmed(ticket: Ticket, alice: User) -> None:
    new_public_key(state="proposed")
    confirm_key(ticket, FINGERPRINT, by=alice, now=ago(0))
    assert _words(ticket) == [f"Alice: a key was confirmed ({key_end(FINGERPRINT)})"]


def test_of_a_key_that_is_not_known_any_more_it_says_nothing(ticket: Ticket, alice: User) -> None:
    ticket.events.create(kind=Event.Kind.KEY_CONFIRMED, by=alice, at=ago(0) - timedelta(days=9))
    assert _words(ticket) == ["Alice: a key was confirmed"]


def test_it_says_which_part_was_opened(ticket: Ticket, alice: User) -> None:
    ticket.events.create(kind=Event.Kind.PART_OPENED, by=alice, at=ago(0), part=2)
    assert _words(ticket) == ["Alice: an encrypted part was opened (part 2)"]


def test_an_encrypted_file_is_listed_once(desk: Client, ticket: Ticket) -> None:
    parts = [{"form": "file", "name": "a.pdf.gpg"}, {"form": "file", "name": "gone.gpg"}]
    message = new_message(ticket, encryption="partial", encrypted_parts=parts)
    new_attachment(message, "a.pdf.gpg", "application/octet-stream", b"x")
    new_attachment(message, "notes", "application/x-notes", b"x")
    page = desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert page.count("a.pdf.gpg") == 1
    assert "These parts were encrypted:" in page
    assert "Only the marked part was encrypted." in page
    assert '<bdi dir="ltr">application/x-notes</bdi>' in page


def test_a_first_mail_signed_by_a_key_that_it_brings_is_said_to_be(desk: Client, ticket: Ticket) -> None:
    message = new_message(ticket, encryption="ok", signature="unknown_key")
    page = reverse("ticket", args=[ticket.pk])
    assert "Signed by a key we do not connect with this person." in desk.get(page).content.decode()
    new_public_key(message=message)
    found = " ".join(desk.get(page).content.decode().split())
    assert "perhaps the one that it brings: that does not say who wrote it." in found
    assert Message.objects.filter(signature="unknown_key").exists()


def test_a_key_that_was_added_by_hand_did_not_come(desk: Client, ticket: Ticket) -> None:
    new_public_key(state="proposed", encrypted=False)
    found = desk.get(reverse("keys", args=[ticket.pk])).content.decode()
    assert "The key that was added or found" in found
