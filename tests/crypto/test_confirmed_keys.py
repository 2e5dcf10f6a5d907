"""Keys that an agent compared: what can be confirmed, and what becomes of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crypto.certificates import Certificate, State
from crypto.keys import Choice, choose_key, confirm_key, learn_key
from crypto.models import PublicKey
from tests.crypto.certificates import invented

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANN = "ann@example.org"

pytestmark = pytest.mark.django_db


def _learn(
    certificate: Certificate, *, address: str = ANN, encrypted: bool = True, now: datetime = NOW
) -> PublicKey | None:
    return learn_key(address, certificate, source=PublicKey.Source.REPORT, encrypted=encrypted, now=now)


def _choose(address: str = ANN, now: datetime = LATER) -> Choice:
    return choose_key(address, now=now)


def test_an_agent_may_choose_the_new_key() -> None:
    _learn(invented("A"))
    _learn(invented("B"), now=LATER)
    assert confirm_key(ANN, "B" * 40)
    assert _choose() == Choice(certificate=b"certificate B", fingerprint="B" * 40, first_seen=LATER)


def test_an_agent_may_keep_the_old_key() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    assert confirm_key(ANN, "A" * 40)
    assert _choose().certificate == b"certificate A"


def test_an_agent_may_choose_a_key_that_came_in_clear() -> None:
    _learn(invented("A"), encrypted=False)
    assert confirm_key(ANN, "a" * 40)
    assert _choose().certificate == b"certificate A"


def test_a_key_of_somebody_else_cannot_be_confirmed() -> None:
    _learn(invented("A"))
    _learn(invented("B"), address="eve@example.org")
    assert not confirm_key(ANN, "B" * 40)
    assert _choose().certificate == b"certificate A"


@pytest.mark.parametrize("way", ["by an agent", "by its owner"])
def test_a_retired_key_cannot_be_confirmed(way: str) -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    if way == "by an agent":
        confirm_key(ANN, "B" * 40)
    else:
        _learn(invented("A", state=State.REVOKED))
    before = _choose()
    assert not confirm_key(ANN, "A" * 40)
    assert _choose() == before


def test_all_keys_of_the_address_are_locked_in_one_order() -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has one writer at a time")
    _learn(invented("A"))
    with CaptureQueriesContext(connection) as asked:
        confirm_key(ANN, "A" * 40)
    (locking,) = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    assert "ORDER BY" in locking


def test_a_retired_key_never_comes_back_by_itself() -> None:
    _learn(invented("A"))
    _learn(invented("B"))
    confirm_key(ANN, "B" * 40)
    _learn(invented("A", expires=NOW + timedelta(days=900)), now=LATER)
    assert _choose().certificate == b"certificate B"
    assert not _choose().changed


def test_a_third_key_blocks_again() -> None:
    for letter in "AB":
        _learn(invented(letter))
    confirm_key(ANN, "B" * 40)
    _learn(invented("C"))
    assert _choose().changed
    assert _choose().proposed == "C" * 40
