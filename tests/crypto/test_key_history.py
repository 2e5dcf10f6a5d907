"""The history of a key: every new source, every change, every decision, once each."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from crypto.correspondents.certificates import State
from crypto.correspondents.decisions import confirm_key, retire_key
from crypto.correspondents.history import Sighting
from crypto.correspondents.known_keys import known_keys
from crypto.keys import choose_key, learn_key
from crypto.models import KeyEvent, PublicKey
from helpdesk.models import User
from tests.crypto.certificates import invented
from tests.keyrings import BOB, certificate
from tests.tickets.cases import REQUESTER, know_key

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANN = "ann@example.org"
Source = PublicKey.Source

pytestmark = pytest.mark.django_db


def seen(source: str = "report", *, encrypted: bool = True, at: datetime = NOW) -> Sighting:
    return Sighting(Source(source), at, encrypted=encrypted, origin=uuid.uuid4())


def events() -> list[tuple[str, str, bool]]:
    return list(KeyEvent.objects.values_list("kind", "source", "encrypted"))


def test_where_a_key_came_from_is_remembered(alice: User) -> None:
    given = Sighting(Source.AGENT, NOW, by=alice)
    learn_key(ANN, invented("A"), given)
    event = KeyEvent.objects.get()
    assert (event.kind, event.source, event.encrypted, event.origin) == ("seen", "agent", False, None)
    assert (event.by, event.at) == (alice, NOW)


def test_a_key_that_was_compared_is_noted_once_for_each_source(alice: User) -> None:
    learn_key(ANN, invented("A"), seen(), unasked=True)
    confirm_key(ANN, "A" * 40, by=alice, at=NOW)
    for sighting in (
        seen(),
        seen(at=LATER),
        seen("autocrypt", encrypted=False),
        seen("autocrypt", encrypted=False),
        seen("autocrypt"),
    ):
        learn_key(ANN, invented("A"), sighting, unasked=True)
    expected = [("seen", "report", True), ("seen", "autocrypt", False), ("seen", "autocrypt", True)]
    assert sorted(events()) == sorted([*expected, ("confirmed", "", False)])


def test_of_a_key_used_unasked_every_encrypted_message_that_brought_it_is_noted() -> None:
    """Each ticket uses it because of what came there."""
    for encrypted in (True, True, False, False):
        learn_key(ANN, invented("A"), seen(encrypted=encrypted), unasked=True)
    assert sorted(events()) == [("seen", "report", False), ("seen", "report", True), ("seen", "report", True)]


def test_of_a_key_that_waits_to_be_compared_every_message_that_brought_it_is_noted() -> None:
    learn_key(ANN, invented("A"), seen(), unasked=True)
    sightings = [seen(), seen(at=LATER)]
    for sighting in sightings:
        learn_key(ANN, invented("B"), sighting)
    origins = KeyEvent.objects.filter(origin__in=[each.origin for each in sightings])
    assert origins.count() == 2


def test_the_first_sighting_says_whether_it_came_encrypted() -> None:
    learn_key(ANN, invented("A"), seen("attachment", encrypted=False))
    learn_key(ANN, invented("A"), seen("attachment", at=LATER))
    proposed = choose_key(ANN, now=LATER).proposed
    assert proposed is not None
    assert (proposed.source, proposed.encrypted) == ("attachment", False)


def test_decisions_name_who_made_them(alice: User, bob: User) -> None:
    for letter in "AB":
        learn_key(ANN, invented(letter), seen(), unasked=True)
    confirm_key(ANN, "B" * 40, by=alice, at=LATER)
    retire_key(ANN, "B" * 40, by=bob, at=LATER + timedelta(1))
    decided = KeyEvent.objects.exclude(kind="seen").order_by("at", "kind")
    assert [(each.kind, each.by) for each in decided] == [
        ("confirmed", alice),
        ("retired", alice),
        ("retired", bob),
    ]


def test_a_key_is_described_with_its_history(alice: User) -> None:
    know_key()
    confirm_key(REQUESTER, BOB, by=alice, at=LATER)
    (known,) = known_keys(REQUESTER, now=LATER)
    assert (known.fingerprint, known.state, known.trouble) == (BOB, "in_use", "")
    assert (known.algorithm, known.addresses) == ("EdDSA ed25519", ("bob@user.example",))
    assert known.made == datetime(2025, 1, 1, 12, tzinfo=UTC)
    assert [(moment.kind, moment.by) for moment in known.history] == [
        ("seen", ""),
        ("confirmed", ""),
        ("confirmed", "Alice"),
    ]


@pytest.mark.parametrize("bytes_", [b"", b"\x99\x01\x0dtorn", b"certificate A"])
def test_a_key_that_nobody_can_read_is_listed_all_the_same(bytes_: bytes) -> None:
    learn_key(ANN, invented("A", state=State.UNREADABLE), seen())
    for row in PublicKey.objects.select_related("key"):
        row.certificate = bytes_
        row.save()
    (known,) = known_keys(ANN, now=NOW)
    assert (known.algorithm, known.made, known.addresses, known.trouble) == ("", None, (), "unreadable")


def test_the_key_in_use_comes_first_and_an_expired_one_says_so() -> None:
    learn_key(ANN, invented("A"), seen())
    learn_key(ANN, invented("B", expires=LATER), seen(at=LATER))
    confirm_key(ANN, "A" * 40, by=User.objects.create_user("ana"), at=NOW)
    learn_key(ANN, invented("C", expires=LATER), seen(at=LATER))
    found = known_keys(ANN, now=LATER)
    assert [(each.fingerprint[0], each.trouble) for each in found] == [
        ("A", ""),
        ("C", "expired"),
        ("B", "expired"),
    ]


def test_a_key_without_a_description_of_its_own_is_not_given_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined by the fingerprint that was stored, never by a place in a list."""
    know_key()
    for row in PublicKey.objects.select_related("key"):
        row.certificate = certificate("carol")
        row.save()
    (known,) = known_keys(REQUESTER, now=NOW)
    assert (known.fingerprint, known.algorithm) == (BOB, "")
