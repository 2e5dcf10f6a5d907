"""Data moves, run over rows as they stood before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crypto.correspondents.history import Sighting
from crypto.keys import learn_key
from crypto.models import KeyEvent, PublicKey
from tests.crypto.certificates import invented

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
Source = PublicKey.Source

pytestmark = pytest.mark.django_db


def move(name: str) -> None:
    """Run a data move as `migrate` does, with the models as they were at its time; no table is changed."""
    migration = import_module(f"crypto.migrations.{name}").Migration(name, "crypto")
    before = MigrationExecutor(connection).loader.project_state(migration.dependencies, at_end=True)
    migration.apply(before, connection.schema_editor())


@pytest.fixture
def without_history() -> None:
    """Two keys as the first release kept them, and one that was learned since."""
    learn_key("ann@example.org", invented("A"), Sighting(Source.REPORT, NOW, encrypted=True))
    learn_key("ben@example.org", invented("B"), Sighting(Source.AUTOCRYPT, LATER))
    KeyEvent.objects.all().delete()
    learn_key("cleo@example.org", invented("C"), Sighting(Source.WKD, LATER))


@pytest.mark.usefixtures("without_history")
def test_a_key_that_was_known_gets_the_first_line_of_its_history() -> None:
    for _ in range(2):
        move("0003_history_of_known_keys")
        assert sorted(KeyEvent.objects.values_list("kind", "source", "encrypted", "at")) == [
            ("seen", "autocrypt", False, LATER),
            ("seen", "report", True, NOW),
            ("seen", "wkd", False, LATER),
        ]
        assert not KeyEvent.objects.exclude(origin=None, by=None).exists()
    assert all(key.events.count() == 1 for key in PublicKey.objects.all())
