"""The breaker: what left is counted here, and no header of anybody changes that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.db.models import QuerySet

from helpdesk.models import User
from tests.children import at_once
from tests.desk.rows import new_outgoing, new_ticket
from tests.tickets.cases import NOW
from tickets import breaker
from tickets.actions.automatic.close_breaker import close_breaker
from tickets.models import AutomaticMail, Breaker, Outgoing, Queue

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def reply(address: str = "bob@user.example", *, after: timedelta = timedelta()) -> bool:
    with transaction.atomic():
        return breaker.claim_reply(address, now=NOW + after)


def tell(address: str = "bob@user.example", *, after: timedelta = timedelta()) -> bool:
    with transaction.atomic():
        return breaker.claim_notice(address, now=NOW + after)


def open_breakers(now: datetime) -> QuerySet[Breaker]:
    return Breaker.objects.filter(until__gt=now)


def test_one_a_day_to_an_address() -> None:
    assert [reply(), reply(), reply(after=DAY - SECOND), reply(after=DAY)] == [True, False, False, True]


@pytest.mark.parametrize("same", ["BOB@User.example", " bob@user.example", "bob+ticket-7@user.example"])
def test_an_address_is_the_same_in_any_dress(same: str) -> None:
    assert [reply(), reply(same)] == [True, False]


def test_three_an_hour_to_a_domain() -> None:
    people = [f"{number}@user.example" for number in range(5)]
    assert [reply(each) for each in people] == [True, True, True, False, False]
    assert reply("x@other.example")
    assert reply(people[3], after=HOUR)


def test_who_was_stopped_is_known_by_a_digest_and_counted() -> None:
    for _ in range(3):
        reply()
    (stopped,) = open_breakers(NOW)
    assert (stopped.count, stopped.opened, stopped.until) == (2, NOW, NOW + DAY)
    assert "bob" not in stopped.address_digest
    assert len(stopped.address_digest) == 64
    assert not open_breakers(NOW + DAY)


def test_it_opens_again_with_a_new_count() -> None:
    assert [reply(), reply(), reply(after=DAY), reply(after=DAY + HOUR)] == [True, False, True, False]
    (stopped,) = open_breakers(NOW + DAY + HOUR)
    assert (stopped.count, stopped.opened) == (1, NOW + DAY + HOUR)


def test_more_than_so_many_in_an_hour_stop_all_for_an_hour(settings: LazySettings) -> None:
    settings.AUTOMATIC_MAIL_PER_HOUR = 4
    sent = [reply(f"ana@{number}.example", after=SECOND * number) for number in range(7)]
    assert sent == [True] * 4 + [False] * 3
    opened = NOW + SECOND * 4
    (everybody,) = open_breakers(opened)
    assert (everybody.address_digest, everybody.count, everybody.until) == ("", 3, opened + HOUR)
    assert breaker.lets_through_at(opened) == opened + HOUR
    assert not tell("late@user.example", after=HOUR)
    assert reply("z@z.example", after=HOUR + SECOND * 4)
    assert breaker.lets_through_at(NOW + HOUR + SECOND * 4) == NOW + HOUR + SECOND * 4


def test_a_coordinator_closes_it_and_what_left_before_counts_no_more(
    settings: LazySettings, alice: User
) -> None:
    settings.AUTOMATIC_MAIL_PER_HOUR = 2
    assert [reply(f"ana@{number}.example") for number in range(3)] == [True, True, False]
    everybody = Breaker.objects.get(address_digest="")
    assert close_breaker(everybody, by=alice, now=NOW + SECOND)
    assert not close_breaker(everybody, by=alice, now=NOW + SECOND)
    later = SECOND * 2
    assert [reply(f"eve@{number}.example", after=later) for number in range(3)] == [True, True, False]
    everybody.refresh_from_db()
    assert (everybody.closed_by, everybody.opened) == (None, NOW + later)


def test_what_counts_begins_anew_when_it_is_closed(settings: LazySettings, alice: User) -> None:
    assert breaker.counts_since(NOW) == NOW - HOUR
    settings.AUTOMATIC_MAIL_PER_HOUR = 1
    assert [reply("ana@a.example"), reply("bo@b.example")] == [True, False]
    close_breaker(Breaker.objects.get(address_digest=""), by=alice, now=NOW + SECOND)
    assert breaker.counts_since(NOW + SECOND * 2) == NOW + SECOND
    assert breaker.counts_since(NOW + HOUR * 2) == NOW + HOUR


def test_what_it_held_back_goes_soon_after_it_is_closed(queue: Queue, alice: User) -> None:
    for address in ("", "d" * 64):
        Breaker.objects.create(address_digest=address, opened=NOW, until=NOW + HOUR, count=1)
    held = new_outgoing(
        new_ticket(queue), kind="notice", state="waiting", rendered=None, not_before=NOW + HOUR
    )
    close_breaker(Breaker.objects.exclude(address_digest="").get(), by=alice, now=NOW + SECOND)
    assert not Outgoing.objects.unwritten(NOW + SECOND).exists()
    close_breaker(Breaker.objects.get(address_digest=""), by=alice, now=NOW + SECOND)
    assert Outgoing.objects.unwritten(NOW + SECOND).get() == held


def test_of_one_address_too(alice: User) -> None:
    assert [reply(), reply()] == [True, False]
    assert close_breaker(Breaker.objects.exclude(address_digest="").get(), by=alice, now=NOW + SECOND)
    assert [reply(after=SECOND * 2), reply(after=SECOND * 3)] == [True, False]


def test_what_an_agent_caused_is_told_and_counted() -> None:
    assert [reply(), tell(), tell(), reply("x@user.example")] == [True, True, True, False]


def test_what_nobody_asks_for_any_more_is_forgotten() -> None:
    assert [reply(), reply(), reply("ana@other.example", after=HOUR)] == [True, False, True]
    breaker.forget_counts(NOW + DAY)
    assert AutomaticMail.objects.get().at == NOW + HOUR
    breaker.forget_counts(NOW + 3 * DAY)
    assert not AutomaticMail.objects.exists()
    assert not Breaker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_four_that_ask_at_once_one_may() -> None:
    asked = at_once([lambda: None if reply() else 1 / 0] * 4)
    assert sorted(asked) == [0, 1, 1, 1]
    assert AutomaticMail.objects.count() == 1
