"""How an answer will travel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crypto.models import PublicKey
from tests.keyrings import BOB, CAROL
from tests.tickets.cases import NOW, arrival, know_key, opened, received
from tickets.models import Queue
from tickets.travel import Travel, Way, travel_of


def test_to_a_person_whose_key_is_known_it_goes_encrypted(queue: Queue) -> None:
    know_key()
    travel = travel_of(opened(queue), now=NOW)
    assert travel == Travel(Way.ENCRYPTED, BOB, NOW)
    assert travel.can_be_written


def test_even_what_came_in_clear_is_answered_encrypted_if_possible(queue: Queue) -> None:
    know_key()
    assert travel_of(opened(queue, encryption="none"), now=NOW).way is Way.ENCRYPTED


@pytest.mark.parametrize("encryption", ["ok", "partial", "refused", "no_key"])
def test_what_came_protected_waits_for_a_key(queue: Queue, encryption: str) -> None:
    travel = travel_of(opened(queue, encryption=encryption), now=NOW)
    assert travel == Travel(Way.WAITS)
    assert travel.can_be_written


def test_what_came_in_clear_may_be_answered_in_clear(queue: Queue) -> None:
    travel = travel_of(opened(queue, encryption="none"), now=NOW)
    assert travel == Travel(Way.CLEAR)
    assert travel.can_be_written


def test_a_key_that_came_in_clear_must_be_compared_first(queue: Queue) -> None:
    know_key(encrypted=False)
    travel = travel_of(opened(queue), now=NOW)
    assert travel == Travel(Way.WAITS, "", NOW, BOB, "proposed")


def test_a_changed_key_stops_everything(queue: Queue) -> None:
    know_key("bob")
    know_key("carol")
    for encryption in ("ok", "none"):
        travel = travel_of(opened(queue, encryption=encryption), now=NOW)
        assert travel == Travel(Way.KEY_CHANGED, BOB, NOW, CAROL)
        assert not travel.can_be_written


def test_another_key_in_clear_stops_nothing_and_is_said(queue: Queue) -> None:
    know_key("bob")
    know_key("carol", encrypted=False)
    travel = travel_of(opened(queue), now=NOW)
    assert travel == Travel(Way.ENCRYPTED, BOB, NOW, CAROL)
    assert travel.can_be_written


def test_an_expired_key_is_waited_for(queue: Queue) -> None:
    know_key()
    PublicKey.objects.update(expires=NOW + timedelta(days=1))
    ticket = opened(queue)
    assert travel_of(ticket, now=NOW).way is Way.ENCRYPTED
    travel = travel_of(ticket, now=NOW + timedelta(days=1))
    assert travel == Travel(Way.WAITS, BOB, NOW, "", "expired")


def test_mail_in_our_own_name_is_not_answered(queue: Queue) -> None:
    ticket = opened(queue, address=queue.address.upper())
    assert travel_of(ticket, now=NOW).way is Way.NO_ADDRESS


def test_a_replayed_ciphertext_is_not_answered(queue: Queue) -> None:
    know_key()
    ticket = opened(queue)
    received(ticket, arrival(replayed=True))
    travel = travel_of(ticket, now=NOW)
    assert travel == Travel(Way.REPLAYED)
    assert not travel.can_be_written


def test_nobody_cannot_be_answered(queue: Queue) -> None:
    travel = travel_of(opened(queue, address=""), now=NOW)
    assert travel == Travel(Way.NO_ADDRESS)
    assert not travel.can_be_written
