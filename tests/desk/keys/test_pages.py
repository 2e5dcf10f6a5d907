"""The page of a requester's keys: where each came from, what speaks against it, and what an agent may do."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crypto.correspondents.history import Sighting, note_sighting
from crypto.keys import choose_key
from crypto.models import PublicKey
from helpdesk.models import User
from tests.desk.rows import FINGERPRINT, KIM, ago, foreign_ticket, new_message, new_public_key, new_ticket
from tests.keyrings import BOB, KEYS
from tickets.actions.keys.confirm_key import confirm_key
from tickets.models import Message, Queue, Ticket

BOBS = "C80D F5E6 26AA E900 2B1E 9AB3 B7CA 123B 354B C0FA"


def _page(client: Client, ticket: Ticket, name: str = "keys") -> str:
    answer = client.get(reverse(name, args=[ticket.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def _press(client: Client, name: str, ticket: Ticket, **data: object) -> tuple[int, str]:
    answer = client.post(reverse(name, args=[ticket.pk]), data, follow=True)
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode())


def _block(name: str, kind: str = "public") -> str:
    return (KEYS / f"{name}.{kind}.asc").read_text()


def test_a_key_is_shown_with_where_it_came_from(desk: Client, ticket: Ticket, message: Message) -> None:
    new_public_key(message=message)
    page = _page(desk, ticket)
    assert "C3A6 F0E1 0B52 E4D2 9F80 77E1 ABCD 1234 ABCD 9876" in page
    assert "In use" in page
    assert "came in an encrypted report" in page
    assert f'href="{reverse("ticket", args=[ticket.pk])}#m-{message.pk}">the message</a>' in page


def test_every_step_of_its_history_is_told(desk: Client, ticket: Ticket, alice: User) -> None:
    row = new_public_key()
    note_sighting(row, Sighting(PublicKey.Source.AUTOCRYPT, ago(1)))
    note_sighting(row, Sighting(PublicKey.Source.AGENT, ago(1), by=alice))
    confirm_key(ticket, FINGERPRINT, by=alice, now=timezone.now())
    page = _page(desk, ticket)
    assert "came again in an Autocrypt header in clear" in page
    assert "Alice: added again by an agent" in page
    assert "Alice: compared and confirmed" in page


def test_of_a_long_history_the_first_and_the_newest_are_shown(desk: Client, ticket: Ticket) -> None:
    row = new_public_key(state="proposed")
    for _ in range(40):
        note_sighting(row, Sighting(PublicKey.Source.ATTACHMENT, ago(1), encrypted=True))
    page = _page(desk, ticket)
    assert "21 more times" in page


def test_a_mail_of_somebody_elses_queue_is_not_linked(desk: Client, ticket: Ticket) -> None:
    theirs = foreign_ticket()
    new_public_key(message=theirs.messages.get())
    page = _page(desk, ticket)
    assert "in a ticket that is not in your queues, or not here any more" in page
    assert theirs.number not in page
    assert str(theirs.pk) not in page


def test_a_mail_of_another_ticket_of_ones_own_is_linked(desk: Client, ticket: Ticket, queue: Queue) -> None:
    other = new_ticket(queue)
    new_public_key(message=new_message(other))
    assert f"the message in {other.number}" in _page(desk, ticket)


@pytest.mark.parametrize("trouble", ["revoked", "weak", "sign_only", "unreadable", "expired"])
def test_a_key_that_cannot_be_used_is_said_to_be_so_before_an_answer_is_written(
    desk: Client, ticket: Ticket, trouble: str
) -> None:
    row = new_public_key(state="proposed" if trouble == "expired" else "unusable")
    row.trouble, row.expires = ("", ago(1)) if trouble == "expired" else (trouble, None)
    row.save()
    page = _page(desk, ticket, "ticket")
    words = {"sign_only": "can only sign", "unreadable": "cannot be read", "expired": "has expired"}
    assert f"The key that came with the report {words.get(trouble, f'is {trouble}')}" in page
    assert page.index("The key that came with the report") < page.index("Keep until a key comes")
    listed = _page(desk, ticket)
    assert "Cannot be used: " in listed
    assert "use this key" not in listed


@pytest.mark.parametrize(("parseable", "is_known"), [(False, False), (True, False), (False, True)])
def test_a_key_of_which_nothing_can_be_read_is_said_where_there_is_no_other(
    desk: Client, ticket: Ticket, parseable: bool, is_known: bool
) -> None:
    key = {"kind": "block", "value": None, "block_is_parseable": parseable}
    new_message(ticket, report={"openpgp_key": key, "questions": [], "sections": []})
    if is_known:
        new_public_key()
    said = "The key that came with the report cannot be read" in _page(desk, ticket, "ticket")
    assert said is (not parseable and not is_known)


@pytest.mark.parametrize("how", ["text", "file"])
def test_a_key_is_added_by_hand(desk: Client, ticket: Ticket, how: str) -> None:
    given = SimpleUploadedFile("key.asc", _block("bob").encode()) if how == "file" else _block("bob")
    _, page = _press(desk, "add_key", ticket, **{how: given})
    assert "The key is added. It is not used until somebody has compared it." in page
    assert BOBS in page
    assert choose_key(KIM, now=timezone.now()).certificate is None


def test_a_key_that_was_compared_is_used(desk: Client, ticket: Ticket) -> None:
    _, page = _press(desk, "add_key", ticket, text=_block("bob"), compared="on")
    assert "The key is added. Answers are encrypted to it from now on." in page
    assert choose_key(KIM, now=timezone.now()).fingerprint == BOB
    assert "added" in _page(desk, ticket, "ticket")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Paste a key, or choose a file."),
        ({"text": "x", "file": SimpleUploadedFile("key.asc", b"x")}, "Give it once: as text or as a file."),
        ({"file": SimpleUploadedFile("key.asc", b"x" * 2_000_001)}, "This file is too large for a key."),
        ({"text": "0xB7CA123B354BC0FA"}, "There is no OpenPGP key in it that the desk can read."),
        ({"text": _block("bob", "secret")}, "This is a secret key, and nobody but its owner should have it."),
        ({"text": _block("bob")[:200]}, "This key is damaged"),
        ({"text": _block("bob") + _block("carol")}, "There are several keys in it."),
        ({"text": _block("dora-expired")}, "This key has expired. Ask for a newer copy."),
        ({"text": _block("gwen-revoked")}, "This key is revoked: its owner withdrew it."),
        ({"text": _block("finn-weak")}, "This key is too short to protect anything."),
        ({"text": _block("erin-sign-only")}, "This key can only sign: nothing can be encrypted to it."),
    ],
)
def test_a_key_that_is_not_taken_says_why(
    desk: Client, ticket: Ticket, data: dict[str, object], words: str
) -> None:
    status, page = _press(desk, "add_key", ticket, **data)
    assert status == 422
    assert words in page
    assert not PublicKey.objects.exists()


def test_of_a_secret_key_nothing_is_kept_or_shown_again(desk: Client, ticket: Ticket) -> None:
    _, page = _press(desk, "add_key", ticket, text=_block("bob", "secret"))
    assert "PRIVATE KEY BLOCK" not in page


def test_a_revoked_copy_of_a_known_key_is_taken(desk: Client, ticket: Ticket) -> None:
    _press(desk, "add_key", ticket, text=_block("ella"), compared="on")
    _, page = _press(desk, "add_key", ticket, text=_block("ella-revoked"), compared="on")
    assert "This copy is revoked: the key cannot be used any more." in page
    assert "its owner withdrew it" in page


def test_a_key_is_retired(desk: Client, ticket: Ticket) -> None:
    new_public_key()
    _, page = _press(desk, "retire_key", ticket, fingerprint=FINGERPRINT)
    assert "The key is not used." in page
    assert "Alice: not to be used" in page
    for fingerprint in (FINGERPRINT, FINGERPRINT[-16:], ""):
        _, page = _press(desk, "retire_key", ticket, fingerprint=fingerprint)
        assert "Nothing was changed" in page


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("long_id", "0xB7CA123B354BC0FA", "Anybody can make a key with the same short id."),
        ("url", "https://keys.example/kim.asc", "nothing is fetched because it stands there"),
    ],
)
def test_a_key_that_a_report_only_names_is_shown_as_text(
    desk: Client, ticket: Ticket, kind: str, value: str, words: str
) -> None:
    report = {"openpgp_key": {"kind": kind, "value": value}, "questions": [], "sections": []}
    new_message(ticket, report=report)
    new_message(ticket, report={"openpgp_key": None, "questions": [], "sections": []})
    new_message(ticket, report={"openpgp_key": {"kind": "block", "value": None}, "sections": []})
    page = _page(desk, ticket)
    assert f'<span class="mono" dir="ltr">{value}</span>' in page
    assert words in page
    assert f'href="{value}' not in page


def test_nobody_has_no_keys(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, requester_address="", requester_name="")
    new_message(ticket, sender_address="")
    assert "They left no address that a key could be for." in _page(desk, ticket)
    assert reverse("keys", args=[ticket.pk]) not in _page(desk, ticket, "ticket")
    assert _press(desk, "add_key", ticket, text=_block("bob"))[0] == 422


@pytest.mark.parametrize("name", ["keys", "ticket"])
def test_queries_do_not_grow_with_the_keys(desk: Client, ticket: Ticket, name: str) -> None:
    new_public_key()
    asked = []
    for number in (2, 18):
        for _ in range(number):
            fingerprint = (uuid.uuid4().hex + uuid.uuid4().hex[:8]).upper()
            new_public_key(fingerprint, state="proposed", message=new_message(ticket))
        with CaptureQueriesContext(connection) as queries:
            _page(desk, ticket, name)
        asked.append(len(queries))
    assert asked[0] == asked[1]
