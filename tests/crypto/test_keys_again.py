"""The same key again, in another copy: what its owner signed counts, and what anybody could cut off does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crypto.correspondents.certificates import Certificate, State, merge, read_for
from crypto.correspondents.decisions import confirm_key, retire_key
from crypto.correspondents.history import Sighting
from crypto.keys import choose_key, known_certificates, learn_key
from crypto.models import KeyEvent, PublicKey
from crypto.structure.packets import PUBLIC_SUBKEY, walk
from helpdesk.models import User
from tests.crypto.certificates import invented
from tests.keyrings import ELLA, certificate

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
FIRST_END, NEXT_END = datetime(2027, 1, 1, 12, tzinfo=UTC), datetime(2030, 1, 1, 12, tzinfo=UTC)
ADDRESS = "ella@user.example"

pytestmark = pytest.mark.django_db


def read(name: str, now: datetime = NOW) -> Certificate:
    (found,) = read_for(certificate(name), ADDRESS, now=now)
    return found


def stripped(now: datetime = NOW) -> Certificate:
    """Ella's key as anybody can make it who has it: without the subkey that one encrypts to."""
    packets = list(walk(certificate("ella")))
    subkey = next(each for each in packets if each.tag == PUBLIC_SUBKEY)
    (found,) = read_for(certificate("ella")[: subkey.start], ADDRESS, now=now)
    assert found.state is State.SIGN_ONLY
    return found


def learn(
    key: Certificate, *, now: datetime = NOW, encrypted: bool = True, unasked: bool = True
) -> PublicKey:
    seen = Sighting(PublicKey.Source.REPORT, now, encrypted=encrypted)
    return learn_key(ADDRESS, key, seen, unasked=unasked)


def kinds() -> list[str]:
    return list(KeyEvent.objects.values_list("kind", flat=True))


def test_a_key_may_be_given_more_time() -> None:
    assert learn(read("ella")).expires == FIRST_END
    assert learn(read("ella-extended"), encrypted=False).expires == NEXT_END
    assert choose_key(ADDRESS, now=FIRST_END).certificate == read("ella-extended").minimal
    assert kinds() == ["seen", "extended", "seen"]


def test_an_older_copy_takes_no_time_away() -> None:
    learn(read("ella-extended"))
    assert learn(read("ella")).expires == NEXT_END
    assert kinds() == ["seen", "seen"]


def test_a_stripped_copy_takes_nothing_away() -> None:
    learn(read("ella"))
    assert learn(stripped()).state == PublicKey.State.IN_USE
    assert choose_key(ADDRESS, now=NOW).certificate == read("ella").minimal


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_revocation_holds_whoever_brings_it(encrypted: bool) -> None:
    learn(read("ella"))
    row = learn(read("ella-revoked"), now=LATER, encrypted=encrypted)
    assert (row.state, row.trouble) == ("unusable", "revoked")
    assert choose_key(ADDRESS, now=LATER).trouble == "revoked"
    assert known_certificates(ADDRESS) == ()
    assert "revoked" in kinds()


def test_a_revocation_is_for_good() -> None:
    learn(read("ella-revoked"))
    assert learn(read("ella-extended"), now=LATER).trouble == "revoked"
    assert kinds().count("revoked") == 0


def test_after_a_revocation_the_next_key_waits_for_an_agent() -> None:
    """Whoever has stolen the key can revoke it, and then send one of his own."""
    learn(read("ella"))
    learn(read("ella-revoked"))
    learn(invented("B"), now=LATER)
    choice = choose_key(ADDRESS, now=LATER)
    assert (choice.certificate, choice.trouble) == (None, "proposed")


def test_a_revoked_key_of_another_address_changes_nothing() -> None:
    learn(read("ella"))
    seen = Sighting(PublicKey.Source.REPORT, NOW, encrypted=True)
    learn_key("else@user.example", read("ella-revoked"), seen)
    assert choose_key(ADDRESS, now=NOW).fingerprint == ELLA


def test_a_retired_key_remembers_that_it_was_revoked(alice: User) -> None:
    learn(read("ella"))
    retire_key(ADDRESS, ELLA, by=alice, at=NOW)
    learn(read("ella-revoked"), now=LATER)
    by_hand = Sighting(PublicKey.Source.AGENT, LATER, by=alice)
    row = learn_key(ADDRESS, read("ella"), by_hand)
    assert (row.state, row.trouble) == ("retired", "revoked")


@pytest.mark.parametrize(
    ("first", "again", "unasked", "state"),
    [
        (True, True, True, "in_use"),
        (True, True, False, "proposed"),
        (True, False, True, "proposed"),
        (False, True, True, "proposed"),
    ],
)
def test_a_key_that_became_usable_is_used_as_it_would_have_been_at_first(
    first: bool, again: bool, unasked: bool, state: str
) -> None:
    assert learn(stripped(), encrypted=first).trouble == "sign_only"
    row = learn(read("ella"), now=LATER, encrypted=again, unasked=unasked)
    assert (row.state, row.trouble) == (state, "")


def test_a_key_that_became_usable_beside_another_waits_for_an_agent() -> None:
    learn(stripped())
    learn(invented("B"), now=LATER)
    assert learn(read("ella"), now=LATER).state == "proposed"


def test_a_key_of_which_nothing_was_there_is_read_when_it_comes_whole() -> None:
    learn(Certificate(ELLA, frozenset(), None, None, State.UNREADABLE, "unknown", b""))
    row = learn(read("ella"), now=LATER)
    assert (row.state, row.certificate) == ("in_use", read("ella").minimal)


def test_a_copy_that_cannot_be_joined_changes_nothing(alice: User) -> None:
    learn(invented("A"))
    confirm_key(ADDRESS, "A" * 40, by=alice, at=NOW)
    learn(invented("A", minimal=b"\x99\x01\x0dtorn", expires=LATER))
    assert choose_key(ADDRESS, now=NOW).certificate == b"certificate A"
    assert merge(b"\x99\x01\x0dtorn", read("ella"), now=NOW) is None


def test_two_keys_are_not_merged() -> None:
    assert merge(certificate("bob"), read("ella"), now=NOW) is None
