"""Keys that an agent compared: what can be confirmed, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crypto.correspondents.certificates import Certificate, State
from crypto.correspondents.decisions import confirm_key, retire_key
from crypto.correspondents.history import Sighting
from crypto.keys import Choice, choose_key, learn_key
from crypto.models import PublicKey
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


def _confirm(fingerprint: str) -> bool:
    return confirm_key(ANN, fingerprint, by=_agent(), at=LATER)


def _agent() -> User:
    return User.objects.get_or_create(username="ana", first_name="Ana")[0]


def _choose(address: str = ANN, now: datetime = LATER) -> Choice:
    return choose_key(address, now=now)


def test_an_agent_may_choose_the_new_key() -> None:
    _learn(invented("A"))
    _learn(invented("B"), now=LATER)
    assert _confirm("B" * 40)
    assert (_choose().certificate, _choose().proposed) == (b"certificate B", None)


def test_an_agent_may_keep_the_old_key() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    assert _confirm("A" * 40)
    assert _choose().certificate == b"certificate A"


def test_an_agent_may_choose_a_key_that_came_in_clear() -> None:
    _learn(invented("A"), encrypted=False)
    assert _confirm("a" * 40)
    assert _choose().certificate == b"certificate A"


def test_a_key_of_somebody_else_cannot_be_confirmed() -> None:
    _learn(invented("A"))
    _learn(invented("B"), address="eve@example.org")
    assert not _confirm("B" * 40)
    assert _choose().certificate == b"certificate A"


def test_a_retired_key_cannot_be_confirmed() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    _confirm("B" * 40)
    before = _choose()
    assert not _confirm("A" * 40)
    assert _choose() == before


def test_a_key_that_cannot_be_used_cannot_be_confirmed() -> None:
    _learn(invented("A", state=State.WEAK))
    assert not _confirm("A" * 40)
    assert _choose().trouble == "weak"


def test_who_confirms_one_retires_all_others() -> None:
    for letter, state in (("A", State.USABLE), ("B", State.USABLE), ("C", State.SIGN_ONLY)):
        _learn(invented(letter, state=state))
    _confirm("B" * 40)
    states = {row.fingerprint[0]: row.state for row in PublicKey.objects.select_related("key")}
    assert states == {"A": "retired", "B": "in_use", "C": "retired"}


def test_a_short_id_confirms_nothing() -> None:
    """Anybody can make a key with the same one: these two differ before their last 16 digits."""
    for letter in "AB":
        _learn(replace(invented(letter), fingerprint=letter * 24 + "1234567890ABCDEF"))
    for short in ("1234567890ABCDEF", "90ABCDEF"):
        assert not _confirm(short)
        assert not retire_key(ANN, short, by=_agent(), at=LATER)
    assert _confirm("B" * 24 + "1234567890ABCDEF")
    assert _choose().certificate == b"certificate B"


def test_a_key_may_be_retired() -> None:
    _learn(invented("A"))
    assert retire_key(ANN, "A" * 40, by=_agent(), at=LATER)
    assert _choose() == Choice()
    assert not retire_key(ANN, "A" * 40, by=_agent(), at=LATER)


def test_a_key_of_somebody_else_cannot_be_retired() -> None:
    _learn(invented("A"), address="eve@example.org")
    assert not retire_key(ANN, "A" * 40, by=_agent(), at=LATER)


@pytest.mark.parametrize(("source", "state"), [("agent", "proposed"), ("wkd", "retired")])
def test_a_retired_key_comes_back_by_an_agents_hand_only(source: str, state: str) -> None:
    _learn(invented("A"))
    retire_key(ANN, "A" * 40, by=_agent(), at=LATER)
    row = learn_key(ANN, invented("A"), Sighting(PublicKey.Source(source), LATER, by=_agent()))
    assert row.state == state


def test_all_keys_of_the_address_are_locked_in_one_order() -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has one writer at a time")
    _learn(invented("A"))
    with CaptureQueriesContext(connection) as asked:
        _confirm("A" * 40)
    (locking,) = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    assert "ORDER BY" in locking


def test_a_retired_key_never_comes_back_by_itself() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    _confirm("B" * 40)
    _learn(invented("A", expires=NOW + timedelta(days=900)), now=LATER)
    assert _choose().certificate == b"certificate B"
    assert not _choose().changed


def test_a_third_key_blocks_again() -> None:
    for letter in "AB":
        _learn(invented(letter))
    _confirm("B" * 40)
    _learn(invented("C"))
    assert _choose().changed
    proposed = _choose().proposed
    assert proposed is not None
    assert proposed.fingerprint == "C" * 40
