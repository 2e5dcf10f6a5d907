"""Which key answers are encrypted to: learned once, changed by a person only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from crypto.correspondents.certificates import Certificate, State
from crypto.correspondents.decisions import confirm_key, retire_key
from crypto.correspondents.history import Sighting
from crypto.digests import address_digest
from crypto.keys import Choice, KeySeen, choose_key, forget_keys, known_certificates, learn_key
from crypto.models import KeyEvent, PublicKey, SealKey
from helpdesk.models import User
from tests.crypto.certificates import invented

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANN = "ann@example.org"

pytestmark = pytest.mark.django_db


def _learn(
    certificate: Certificate, *, address: str = ANN, encrypted: bool = True, now: datetime = NOW
) -> PublicKey:
    seen = Sighting(PublicKey.Source.REPORT, now, encrypted=encrypted)
    return learn_key(address, certificate, seen, unasked=True)


def _agent() -> User:
    return User.objects.get_or_create(username="ana", first_name="Ana")[0]


def _seen(letter: str, *, now: datetime = NOW, encrypted: bool = True, trouble: str = "") -> KeySeen:
    return KeySeen(letter * 40, now, "report", encrypted, trouble)


def _choose(address: str = ANN, now: datetime = LATER) -> Choice:
    return choose_key(address, now=now)


def test_of_a_stranger_no_key_is_known() -> None:
    assert _choose() == Choice()


def test_the_first_key_in_an_encrypted_mail_is_used() -> None:
    _learn(invented("A"))
    assert _choose() == Choice(certificate=b"certificate A", used=_seen("A"))


def test_the_address_may_be_written_otherwise() -> None:
    _learn(invented("A"))
    assert _choose(" ANN@Example.org").certificate == b"certificate A"


def test_the_first_key_in_a_clear_mail_waits_for_an_agent() -> None:
    _learn(invented("A"), encrypted=False)
    assert _choose() == Choice(proposed=_seen("A", encrypted=False))
    assert _choose().trouble == "proposed"


def test_a_key_proposed_in_clear_is_not_used_because_it_comes_again_encrypted() -> None:
    _learn(invented("A"), encrypted=False)
    _learn(invented("A"), encrypted=True)
    assert _choose().certificate is None


def test_a_key_planted_in_clear_keeps_the_next_from_being_used_unasked() -> None:
    _learn(invented("A"), encrypted=False)
    _learn(invented("B"), encrypted=True)
    assert _choose().trouble == "proposed"


def test_a_different_later_key_blocks_until_an_agent_has_compared() -> None:
    _learn(invented("A"))
    _learn(invented("B"), now=LATER)
    choice = Choice(used=_seen("A"), proposed=_seen("B", now=LATER), changed=True, held=b"certificate A")
    assert _choose() == choice
    assert choice.trouble == ""


def test_who_knows_that_a_stranger_sent_it_goes_on_with_the_known_key() -> None:
    _learn(invented("A"))
    _learn(invented("B"), now=LATER)
    choice = _choose().despite_the_change()
    assert (choice.certificate, choice.changed) == (b"certificate A", False)


def test_a_different_key_in_clear_stops_nothing_and_is_shown() -> None:
    _learn(invented("A"))
    _learn(invented("B"), encrypted=False, now=LATER)
    proposed = _seen("B", now=LATER, encrypted=False)
    assert _choose() == Choice(b"certificate A", used=_seen("A"), proposed=proposed)


def test_a_key_that_came_in_clear_and_comes_again_encrypted_is_a_change() -> None:
    _learn(invented("A"))
    _learn(invented("B"), encrypted=False)
    _learn(invented("B"), now=LATER)
    choice = _choose()
    assert (choice.changed, choice.certificate) == (True, None)
    assert choice.proposed == _seen("B", encrypted=False)


@pytest.mark.parametrize("known", ["A", ""])
def test_a_later_key_in_clear_does_not_hide_the_one_that_came_encrypted(known: str) -> None:
    for letter in f"{known or 'D'}B":
        _learn(invented(letter))
    if not known:
        retire_key(ANN, "D" * 40, by=_agent(), at=NOW)
    _learn(invented("C"), encrypted=False, now=LATER)
    proposed = _choose().proposed
    assert proposed is not None
    assert proposed.fingerprint == "B" * 40


def test_an_expired_key_is_not_used() -> None:
    _learn(invented("A", expires=LATER))
    assert _choose(now=LATER - timedelta(seconds=1)).certificate == b"certificate A"
    choice = _choose(now=LATER)
    assert choice == Choice(used=_seen("A", trouble="expired"))
    assert choice.trouble == "expired"


def test_a_different_key_that_has_expired_stops_nothing_and_is_said() -> None:
    _learn(invented("A"))
    _learn(invented("B", expires=LATER, state=State.EXPIRED), now=LATER)
    unusable = _seen("B", now=LATER, trouble="expired")
    assert _choose() == Choice(b"certificate A", used=_seen("A"), unusable=unusable)


def test_the_same_key_again_is_the_same_row() -> None:
    first, second = _learn(invented("A")), _learn(invented("A"), now=LATER)
    assert first == second
    assert second.first_seen == NOW
    assert PublicKey.objects.count() == SealKey.objects.count() == 1


TROUBLES = [State.REVOKED, State.SIGN_ONLY, State.WEAK, State.UNREADABLE]


@pytest.mark.parametrize("state", TROUBLES)
def test_a_key_that_cannot_be_used_is_remembered_as_such(state: State) -> None:
    row = _learn(invented("A", state=state))
    assert (row.state, row.trouble) == ("unusable", state.value)
    assert _choose() == Choice(unusable=_seen("A", trouble=state.value))
    assert _choose().trouble == state.value
    assert known_certificates(ANN) == ()


@pytest.mark.parametrize("state", TROUBLES)
def test_a_key_that_cannot_be_used_stops_none_that_can(state: State) -> None:
    _learn(invented("A"))
    _learn(invented("B", state=state), now=LATER)
    assert _choose() == Choice(
        b"certificate A", used=_seen("A"), unusable=_seen("B", now=LATER, trouble=state.value)
    )


def test_what_could_not_be_used_before_the_key_in_use_came_is_old_news() -> None:
    _learn(invented("B", state=State.WEAK))
    _learn(invented("A"), now=LATER)
    confirm_key(ANN, "A" * 40, by=_agent(), at=LATER)
    assert _choose().unusable is None


def test_after_a_key_that_cannot_be_used_the_next_waits_for_an_agent() -> None:
    """Both say that they are this person's: a person compares."""
    _learn(invented("A", state=State.WEAK))
    _learn(invented("B"), now=LATER)
    assert _choose().trouble == "proposed"


def test_an_expired_key_is_learned_for_it_may_be_prolonged() -> None:
    _learn(invented("A", state=State.EXPIRED, expires=NOW))
    assert _choose().trouble == "expired"


def test_one_key_may_serve_two_addresses() -> None:
    _learn(invented("A"))
    _learn(invented("A"), address="ann@example.com")
    assert _choose().certificate == _choose("ann@example.com").certificate == b"certificate A"


def test_only_the_key_in_use_is_known_for_signatures() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    (known,) = known_certificates("Ann@example.org")
    assert known.certificate == b"certificate A"
    assert known.fingerprint == "A" * 40
    assert known.addresses == {ANN}
    assert known_certificates("eve@example.org") == known_certificates(None) == ()


def test_keys_of_an_address_are_forgotten_with_what_seals_them() -> None:
    for letter in "AB":
        _learn(invented(letter))
    _learn(invented("C"), address="bob@example.org")
    forget_keys(address_digest(ANN))
    assert _choose() == Choice()
    assert _choose("bob@example.org").certificate == b"certificate C"
    assert SealKey.objects.count() == KeyEvent.objects.count() == 1


def test_the_database_allows_one_key_in_use() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicKey.objects.update(state=PublicKey.State.IN_USE)
