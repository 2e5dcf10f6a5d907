"""A bad day: mails come in, answers go out, and workers die at random all the time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from tests.children import in_child
from tests.faults.answers import approve_answer
from tests.faults.conftest import Inbox
from tests.faults.desk import (
    DEAD,
    INCOMING,
    OUTGOING,
    assert_filed_once,
    assert_nothing_left_over,
    recover,
    work_a_round,
)
from tests.faults.invariants import Day, assert_invariants, posted_mail
from tickets.models import Message, Outgoing, Ticket

# A day takes about a minute, and more where other work is done beside it.
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
EACH = 5
"""Mails that come before the next worker dies."""
STEP = timedelta(minutes=6)
"""Longer than any lease."""


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize(
    ("inbox", "outbox", "count"),
    [("maildir", "maildir", 30), ("imaps", "smtp+starttls", 200)],
    indirect=["inbox", "outbox"],
)
def test_nothing_is_lost_or_done_twice(
    inbox: Inbox, outbox: Callable[[bytes], int], clock: time_machine.Traveller, seed: int, count: int
) -> None:
    chance = random.Random(seed)
    mails = [posted_mail() for _ in range(count)]
    answers: list[Outgoing] = []
    for start in range(0, count, EACH):
        for raw in mails[start : start + EACH]:
            inbox.post(raw)
        assert in_child(work_a_round, fault=chance.choice(INCOMING + OUTGOING)) in {DEAD, 0}
        clock.shift(STEP)
        answers += approve_answers()
    for _ in range(3):
        recover()
        clock.shift(STEP)
    answers += approve_answers()
    clock.shift(STEP)
    recover()

    assert inbox.count() == 0
    assert_invariants(Day(mails, inbox.mails, answers, outbox))
    assert_filed_once(mails)
    assert len(answers) == Ticket.objects.count() == count
    states = Counter(Outgoing.objects.values_list("state", flat=True))
    assert set(states) <= {Outgoing.State.SENT, Outgoing.State.UNKNOWN}
    assert states[Outgoing.State.SENT] > count / 2
    assert_nothing_left_over()


def approve_answers() -> list[Outgoing]:
    """One for every ticket that has none."""
    unanswered = Ticket.objects.exclude(messages__kind=Message.Kind.OUTBOUND).select_related("key")
    return [approve_answer(ticket) for ticket in unanswered]
