"""How an answer will travel, in exactly the words that were agreed on; and why a key is not used."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from crypto.keys import Choice, KeySeen
from helpdesk.templatetags.moments import key_end
from tests.keyrings import BOB, CAROL
from tickets.desk.conversation.travel_words import departure_of, key_words_of, trouble_of
from tickets.desk.keys.words import sighting_in_words, state_in_words, trouble_in_words
from tickets.models import Ticket
from tickets.travel import Travel, Way

FIRST = datetime(2026, 11, 3, 12, tzinfo=UTC)
TROUBLES = ("expired", "revoked", "weak", "sign_only", "unreadable")


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False):
        yield


def seen(
    fingerprint: str = BOB, source: str = "report", *, encrypted: bool = True, trouble: str = ""
) -> KeySeen:
    return KeySeen(fingerprint, FIRST, source, encrypted, trouble)


def says(travel: Travel) -> str:
    return departure_of(Ticket(), travel).saying.text


@pytest.mark.parametrize(
    ("source", "encrypted", "words"),
    [
        ("report", True, "first seen 3 Nov in an encrypted report"),
        ("attachment", True, "first seen 3 Nov in an encrypted mail"),
        ("attachment", False, "first seen 3 Nov in a mail in clear"),
        ("autocrypt", True, "first seen 3 Nov in an Autocrypt header inside an encrypted mail"),
        ("autocrypt", False, "first seen 3 Nov in an Autocrypt header in clear"),
        ("form", False, "first seen 3 Nov in the web form"),
        ("agent", False, "added 3 Nov by an agent"),
        ("wkd", False, "found 3 Nov at their mail provider"),
        ("keyserver", False, "found 3 Nov on the key server"),
    ],
)
def test_the_key_it_goes_to_is_named_with_where_it_came_from(
    source: str, encrypted: bool, words: str
) -> None:
    travel = Travel(Way.ENCRYPTED, Choice(b"key", used=seen(source=source, encrypted=encrypted)))
    assert says(travel) == f"Goes encrypted to key {key_end(BOB)} ({words})."
    assert key_words_of(travel) == f"In use, {words}"
    assert sighting_in_words(source, encrypted=encrypted, again=False)
    assert trouble_of(travel) == ""


def test_the_year_is_said_when_it_is_another() -> None:
    with time_machine.travel(datetime(2027, 2, 1, tzinfo=UTC)):
        assert key_words_of(Travel(Way.ENCRYPTED, Choice(b"key", used=seen()))).startswith(
            "In use, first seen 3 Nov 2026"
        )


@pytest.mark.parametrize(
    ("source", "encrypted", "words"),
    [
        ("report", True, "Another key came in another ticket"),
        ("autocrypt", False, "Another key came in clear"),
        ("agent", False, "Another key was added or found"),
        ("wkd", False, "Another key was added or found"),
    ],
)
def test_another_key_that_came_is_said_though_it_stops_nothing(
    source: str, encrypted: bool, words: str
) -> None:
    proposed = seen(CAROL, source, encrypted=encrypted)
    travel = Travel(Way.ENCRYPTED, Choice(b"key", used=seen(), proposed=proposed))
    assert says(travel).endswith(f"{words} ({key_end(CAROL)}): it is not used until you have compared.")


@pytest.mark.parametrize(
    ("source", "encrypted", "words"),
    [
        (
            "report",
            True,
            "A key came, but anybody could have sent it: compare it with the person before it is used.",
        ),
        ("attachment", False, "A key came, but not in an encrypted message: compare it with the person"),
        ("keyserver", False, "A key was added or found: compare it with the person before it is used."),
    ],
)
def test_a_first_key_that_waits_says_why(source: str, encrypted: bool, words: str) -> None:
    travel = Travel(Way.WAITS, Choice(proposed=seen(source=source, encrypted=encrypted)))
    assert trouble_of(travel).startswith(words)
    assert says(travel).startswith("No key: will wait.")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_key_that_cannot_be_used_is_said_with_what_to_ask_for(trouble: str) -> None:
    unusable = seen(CAROL, trouble=trouble)
    for choice in (Choice(unusable=unusable), Choice(b"key", used=seen(), unusable=unusable)):
        way = Way.ENCRYPTED if choice.certificate else Way.WAITS
        assert "The key that came with the report " in says(Travel(way, choice))
    assert trouble_in_words(trouble, "attachment").startswith("The key that came ")
    assert "report" not in trouble_in_words(trouble, "attachment")
    for state in ("in_use", "proposed", "unusable"):
        assert state_in_words(state, trouble).startswith("Cannot be used: ")
    assert state_in_words("retired", trouble).startswith("Not to be used: ")


def test_a_key_that_has_expired_since_is_said() -> None:
    travel = Travel(Way.WAITS, Choice(used=seen(trouble="expired")))
    assert trouble_of(travel) == "The key we know has expired."
    assert key_words_of(travel) == "Cannot be used: expired, first seen 3 Nov in an encrypted report"
    assert key_words_of(Travel(Way.WAITS)) == ""


def test_a_changed_key_is_said_and_nothing_else() -> None:
    choice = Choice(used=seen(), proposed=seen(CAROL), changed=True)
    travel = Travel(Way.KEY_CHANGED, choice)
    assert says(travel) == "This person's key changed. Compare both before anything can be sent."
    assert trouble_of(travel) == ""
