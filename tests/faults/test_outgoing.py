"""A sender is killed with a mail in its hands: it is never sent twice, and an agent is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from helpdesk.models import User
from tests.children import at_once
from tests.faults.answers import approve_answer
from tests.faults.desk import OUTGOING, die_at, recover
from tests.faults.invariants import Day, assert_invariants
from tests.mail.letters import file, letter
from tickets.actions.answer import send_again
from tickets.mail.send import LEASE, send_outgoing
from tickets.models import Event, Outgoing
from tickets.tasks import SWEEP_AFTER

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
WAYS = ("maildir", "smtp+starttls", "smtps")


@pytest.mark.parametrize("outbox", WAYS, indirect=True)
@pytest.mark.parametrize(("point", "handed_over"), [(OUTGOING[0], 0), (OUTGOING[1], 1)])
def test_what_a_dead_sender_had_in_its_hands_is_sent_by_a_person_only(
    outbox: Callable[[bytes], int],
    clock: time_machine.Traveller,
    alice: User,
    point: str,
    handed_over: int,
) -> None:
    outgoing = approve_answer(file(letter()).ticket)
    clock.shift(SWEEP_AFTER)
    die_at(point)
    assert outbox(outgoing.rendered) == handed_over
    day = Day(answers=[outgoing], arrived=outbox)
    assert_invariants(day, is_over=False)
    recover()
    assert Outgoing.objects.get().state == Outgoing.State.SENDING
    clock.shift(LEASE)
    recover()
    assert Outgoing.objects.get().state == Outgoing.State.UNKNOWN
    assert outgoing.said.ticket.events.filter(kind=Event.Kind.UNSURE).count() == 1
    assert outbox(outgoing.rendered) == handed_over
    assert_invariants(day)

    send_again(outgoing, by=alice, now=outgoing.approved)
    recover()
    assert Outgoing.objects.get().state == Outgoing.State.SENT
    assert outbox(outgoing.rendered) == handed_over + 1
    assert_invariants(Day(answers=[outgoing], arrived=outbox, sent_again={outgoing.pk: 1}))


@pytest.mark.parametrize("outbox", ["smtp+starttls"], indirect=True)
def test_four_senders_at_once_send_it_once(outbox: Callable[[bytes], int]) -> None:
    outgoing = approve_answer(file(letter()).ticket)
    assert at_once([lambda: send_outgoing(outgoing.pk)] * 4) == [0] * 4
    assert outbox(outgoing.rendered) == 1
    assert Outgoing.objects.get().state == Outgoing.State.SENT
    assert_invariants(Day(answers=[outgoing], arrived=outbox))
