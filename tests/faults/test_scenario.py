"""A bad day: thirty mails come in, thirty answers go out, and workers die at random all the time."""

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
from tests.mail.letters import mail
from tickets.models import Message, Outgoing, Ticket

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
MAILS = 30
STEP = timedelta(minutes=6)
"""Longer than any lease."""


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize(
    ("inbox", "outbox"), [("maildir", "maildir"), ("imaps", "smtp+starttls")], indirect=True
)
def test_nothing_is_lost_or_done_twice(
    inbox: Inbox, outbox: Callable[[bytes], int], clock: time_machine.Traveller, seed: int
) -> None:
    chance = random.Random(seed)
    mails = [mail() for _ in range(MAILS)]
    answers: list[Outgoing] = []
    for start in range(0, MAILS, 3):
        for raw in mails[start : start + 3]:
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
    assert_filed_once(mails)
    assert len(answers) == Ticket.objects.count() == MAILS
    for outgoing in Outgoing.objects.select_related("message__ticket__key"):
        if outgoing.state == Outgoing.State.SENT:
            assert outbox(outgoing.rendered) == 1
        else:
            assert outgoing.state == Outgoing.State.UNKNOWN
            assert outbox(outgoing.rendered) <= 1
    states = Counter(Outgoing.objects.values_list("state", flat=True))
    assert states[Outgoing.State.SENT] > MAILS / 2
    assert_nothing_left_over()


def approve_answers() -> list[Outgoing]:
    """One for every ticket that has none."""
    unanswered = Ticket.objects.exclude(messages__kind=Message.Kind.OUTBOUND).select_related("key")
    return [approve_answer(ticket) for ticket in unanswered]
