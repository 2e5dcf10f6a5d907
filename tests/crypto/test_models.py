"""What the database itself refuses of keys."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from crypto.correspondents.certificates import State as Usability
from crypto.correspondents.history import Sighting
from crypto.keys import learn_key
from crypto.models import DeskKey, KeyEvent, PublicKey
from tests.crypto.certificates import invented
from tests.crypto.own import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> PublicKey:
    return learn_key("ann@example.org", invented("A"), Sighting(PublicKey.Source.REPORT, NOW))


@pytest.mark.parametrize(
    "values",
    [
        {"source": "dream"},
        {"trouble": "old", "state": "unusable"},
        {"trouble": "weak", "state": "in_use"},
        {"trouble": "weak", "state": "proposed"},
    ],
)
def test_a_key_is_nothing_that_nobody_knows(known: PublicKey, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicKey.objects.update(**values)


@pytest.mark.parametrize("values", [{"kind": "dreamt"}, {"source": "dream"}])
def test_nothing_happens_to_a_key_that_nobody_knows(known: PublicKey, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyEvent.objects.update(**values)


def test_a_key_of_the_desk_has_no_trouble_that_nobody_knows() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DeskKey.objects.create(fingerprint="A", trouble="old", checked=NOW)


def test_the_troubles_of_a_key_are_those_of_certificates() -> None:
    may_live = {Usability.USABLE.value, Usability.EXPIRED.value}
    assert set(PublicKey.Trouble.values) == {each.value for each in Usability} - may_live
