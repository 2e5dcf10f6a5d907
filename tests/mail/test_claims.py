"""The claim of a mail: who may work on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.mail.letters import keep
from tickets.mail import line
from tickets.models import Incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
State = Incoming.State


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
