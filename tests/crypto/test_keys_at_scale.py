"""Many keys, and two workers: choosing costs the same, and what is learned at once is learned once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crypto.correspondents.certificates import Certificate
from crypto.correspondents.history import Sighting
from crypto.keys import Choice, choose_key, learn_key
from crypto.models import PublicKey, SealKey
from tests.crypto.certificates import invented

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANN = "ann@example.org"

pytestmark = pytest.mark.django_db


def _learn(certificate: Certificate) -> PublicKey:
    return learn_key(ANN, certificate, Sighting(PublicKey.Source.REPORT, NOW, encrypted=True), unasked=True)


def _choose() -> Choice:
    return choose_key(ANN, now=LATER)


@pytest.mark.parametrize(("other", "states"), [("B", ["in_use", "proposed"]), ("A", ["in_use"])])
def test_two_workers_may_learn_at_once(
    other: str, states: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look = PublicKey.objects.filter
    hidden = [True]

    def look_too_early(**asked: str) -> object:
        if hidden and "address_digest" in asked:
            hidden.pop()
            return look(**asked).none()
        return look(**asked)

    _learn(invented("A"))
    monkeypatch.setattr(PublicKey.objects, "filter", look_too_early)
    assert _learn(invented(other)) is not None
    assert sorted(PublicKey.objects.values_list("state", flat=True)) == states
    assert SealKey.objects.count() == len(states)


def test_choosing_costs_the_same_with_ten_keys_and_with_a_thousand() -> None:
    _learn(invented("A"))
    with_few = _queries()
    others = [SealKey.objects.draft(uuid.UUID(int=number)) for number in range(1000)]
    SealKey.objects.bulk_create(others)
    PublicKey.objects.bulk_create(
        PublicKey(
            key=other,
            address_digest=str(number),
            fingerprint_digest="",
            state=PublicKey.State.IN_USE,
            source=PublicKey.Source.REPORT,
            encrypted=True,
            first_seen=NOW,
        )
        for number, other in enumerate(others)
    )
    assert _queries() == with_few == 1


def _queries() -> int:
    with CaptureQueriesContext(connection) as asked:
        assert _choose().certificate == b"certificate A"
    return len(asked)
