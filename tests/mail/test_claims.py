"""The claim of a mail: who may work on it, and when the desk waits until the disk knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.mail.letters import keep
from tickets.mail import line
from tickets.models import Incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
State = Incoming.State


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("age", "is_relaxed"), [(0, True), (19, True), (20, False), (-1, False)], ids=str)
def test_only_the_first_claim_of_a_new_mail_does_not_wait_for_the_disk(age: int, *, is_relaxed: bool) -> None:
    """On PostgreSQL. A mail that comes back, or is from the future of a clock that was wrong, is counted for sure."""
    incoming = keep()
    with (
        time_machine.travel(incoming.received + timedelta(seconds=age), tick=False),
        CaptureQueriesContext(connection) as asked,
    ):
        assert line._claim(incoming.pk, timezone.now()) is not None
    said = [query["sql"] for query in asked if "synchronous_commit" in query["sql"]]
    assert bool(said) is (is_relaxed and connection.vendor == "postgresql")
    assert all("LOCAL" in each for each in said)


def test_inside_a_transaction_of_somebody_else_a_claim_is_as_durable_as_that() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert line._claim(keep().pk, timezone.now()) is not None
    assert not [query for query in asked if "synchronous_commit" in query["sql"]]


@pytest.mark.parametrize("waits", [None, -1, 0, 1])
@pytest.mark.parametrize("leased", [None, -1, 0, 1])
@pytest.mark.parametrize("state", [State.NEW, State.FILED])
def test_a_row_is_due_by_itself_as_among_all(waits: int | None, leased: int | None, state: State) -> None:
    incoming = keep()
    Incoming.objects.update(
        state=state,
        not_before=None if waits is None else NOON + timedelta(seconds=waits),
        lease_until=None if leased is None else NOON + timedelta(seconds=leased),
    )
    incoming.refresh_from_db()
    assert incoming.is_due(NOON) is Incoming.objects.due(NOON).exists()


def test_a_mail_that_somebody_else_claims_at_this_moment_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(self: Incoming, now: datetime) -> bool:
        Incoming.objects.update(attempts=1)
        return True

    monkeypatch.setattr(Incoming, "is_due", overtaken)
    assert line._claim(keep().pk, NOON) is None
    assert Incoming.objects.get().lease_until is None
