"""Two keys of one person side by side: what differs, how each came, and what can be said for either."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from crypto.correspondents.history import Sighting, note_sighting
from crypto.models import PublicKey
from helpdesk.models import User
from tests.desk.rows import FINGERPRINT, ago, new_public_key, new_ticket
from tests.keyrings import KEYS
from tickets.desk.keys.rows import comparison_of
from tickets.models import Message, Queue, Ticket

OTHER = "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333"


def _page(client: Client, ticket: Ticket, name: str = "keys") -> str:
    answer = client.get(reverse(name, args=[ticket.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def _press(client: Client, name: str, ticket: Ticket, **data: object) -> tuple[int, str]:
    answer = client.post(reverse(name, args=[ticket.pk]), data, follow=True)
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode())


def _block(name: str, kind: str = "public") -> str:
    return (KEYS / f"{name}.{kind}.asc").read_text()


@pytest.mark.parametrize(
    ("signature", "encrypted", "words"),
    [
        ("none", True, "The other one came in an encrypted mail that the key we know did not sign"),
        ("valid", True, "A mail that brought the other one was signed by the key we know"),
        ("none", False, "The other one came in clear: anybody on the way could have put it there."),
    ],
)
def test_two_keys_are_compared_in_words_and_each_mail_is_linked(
    desk: Client, ticket: Ticket, message: Message, signature: str, encrypted: bool, words: str
) -> None:
    new_public_key(days=9)
    message.signature, message.signature_fingerprint = signature, FINGERPRINT
    message.save()
    new_public_key(OTHER, state="proposed", days=1, encrypted=encrypted, message=message)
    for name in ("keys", "ticket"):
        page = _page(desk, ticket, name)
        compared = page[page.index('class="comparison"') :]
        assert words in compared
        assert "These are two different keys, not two copies of one." in compared
        assert compared.index("The key we know") < compared.index("C3A6 F0E1") < compared.index("AAAA BBBB")
        assert f"#m-{message.pk}" in compared
        assert "Ask the person for their fingerprint on another way than mail." in compared
        assert ("signed by the key we knew" in compared) is (signature == "valid")


def test_no_signature_covers_a_header_beside_the_protection(
    desk: Client, ticket: Ticket, message: Message
) -> None:
    """Whoever carries a signed mail can put another Autocrypt header over it."""
    new_public_key(days=9)
    message.signature, message.signature_fingerprint = "valid", FINGERPRINT
    message.save()
    row = new_public_key(OTHER, state="proposed", days=1, encrypted=False)
    note_sighting(row, Sighting(PublicKey.Source.AUTOCRYPT, ago(1), origin=message.pk))
    page = _page(desk, ticket)
    assert "The other one came in clear: anybody on the way could have put it there." in page
    assert "signed by the key we knew" not in page


def test_a_key_that_is_gone_meanwhile_is_compared_with_nothing() -> None:
    assert comparison_of([], FINGERPRINT) is None


def test_a_key_made_at_the_same_time_is_neither_later_nor_earlier(desk: Client, ticket: Ticket) -> None:
    for name, compared in (("bob", "on"), ("carol", "")):
        _press(desk, "add_key", ticket, text=_block(name), **({"compared": compared} if compared else {}))
    assert "The other one was made" not in _page(desk, ticket)


def test_a_key_that_nobody_sent_says_who_brought_it(desk: Client, ticket: Ticket, alice: User) -> None:
    _press(desk, "add_key", ticket, text=_block("bob"))
    page = _page(desk, ticket)
    assert "It did not come from the person: an agent added it or had it looked up." in page
    assert "It does not name their address." in page
    assert "(not their address)" in page
    assert "EdDSA ed25519" in page


def test_a_key_that_names_their_address_is_not_said_to_name_another(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, requester_address="Ella@user.example")
    _press(desk, "add_key", ticket, text=_block("ella"))
    page = _page(desk, ticket)
    assert "It did not come from the person" in page
    assert "not name their address" not in page
    assert "(not their address)" not in page


@pytest.mark.parametrize(("known", "other", "words"), [("bob", "ella", "earlier"), ("ella", "bob", "later")])
def test_it_is_said_which_of_two_keys_was_made_later(
    desk: Client, ticket: Ticket, known: str, other: str, words: str
) -> None:
    _press(desk, "add_key", ticket, text=_block(known), compared="on")
    _press(desk, "add_key", ticket, text=_block(other))
    assert f"The other one was made {words}." in _page(desk, ticket)
