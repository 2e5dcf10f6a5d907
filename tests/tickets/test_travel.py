"""How an answer will travel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crypto.keys import Choice, KeySeen
from crypto.models import PublicKey
from helpdesk.models import User
from tests.keyrings import BOB, CAROL, certificate
from tests.tickets.cases import NOW, arrival, first_message, know_key, opened, received
from tickets.actions.release_replayed import agree_to_release, ask_release
from tickets.models import Message, Outgoing, Queue
from tickets.tasks import _may_be_released
from tickets.travel import Travel, Way, travel_of

LATER = NOW + timedelta(minutes=1)


def _keys(travel: Travel) -> tuple[str, str]:
    """The fingerprints of the key in use and of the one that waits."""
    proposed = travel.choice.proposed
    return travel.choice.fingerprint, proposed.fingerprint if proposed else ""


def test_to_a_person_whose_key_is_known_it_goes_encrypted(queue: Queue) -> None:
    know_key()
    travel = travel_of(opened(queue), now=NOW)
    assert (travel.way, travel.choice.used) == (Way.ENCRYPTED, KeySeen(BOB, NOW, "report", encrypted=True))
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
    proposed = KeySeen(BOB, NOW, "report", encrypted=False)
    assert travel == Travel(Way.WAITS, Choice(proposed=proposed))
    assert travel.choice.trouble == "proposed"


def test_a_changed_key_stops_everything(queue: Queue) -> None:
    know_key("bob")
    know_key("carol")
    for encryption in ("ok", "none"):
        travel = travel_of(opened(queue, encryption=encryption), now=NOW)
        assert (travel.way, _keys(travel)) == (Way.KEY_CHANGED, (BOB, CAROL))
        assert (travel.can_be_written, travel.choice.certificate) == (False, None)


def test_a_stranger_with_a_key_of_his_own_stops_only_the_ticket_he_wrote_to(queue: Queue) -> None:
    """Anybody can encrypt to us under Bob's name."""
    know_key("bob")
    bobs, strangers = opened(queue), opened(queue)
    know_key("carol", origin=first_message(strangers))
    travel = travel_of(bobs, now=NOW)
    assert (travel.way, _keys(travel)) == (Way.ENCRYPTED, (BOB, CAROL))
    assert travel.choice.certificate == certificate("bob")
    assert travel_of(strangers, now=NOW).way is Way.KEY_CHANGED


def test_a_change_that_the_known_key_signed_stops_every_ticket(queue: Queue) -> None:
    know_key("bob")
    tickets = opened(queue), opened(queue)
    message = first_message(tickets[0])
    Message.objects.filter(pk=message.pk).update(signature="valid")
    know_key("carol", origin=message)
    assert {travel_of(ticket, now=NOW).way for ticket in tickets} == {Way.KEY_CHANGED}


def test_a_different_key_stops_each_ticket_to_which_it_came(queue: Queue) -> None:
    know_key("bob")
    tickets = opened(queue), opened(queue)
    for ticket in tickets:
        know_key("carol", origin=first_message(ticket))
    assert {travel_of(ticket, now=NOW).way for ticket in tickets} == {Way.KEY_CHANGED}


def test_a_different_key_of_somebody_else_in_the_same_ticket_stops_nothing(queue: Queue) -> None:
    know_key("bob")
    ticket = opened(queue)
    know_key("carol", address="carol@user.example", origin=first_message(ticket))
    assert travel_of(ticket, now=NOW).way is Way.ENCRYPTED


def test_a_different_key_that_has_expired_stops_nothing(queue: Queue) -> None:
    know_key("bob")
    ticket = opened(queue)
    know_key("carol", origin=first_message(ticket))
    PublicKey.objects.filter(state="proposed").update(expires=NOW)
    assert travel_of(ticket, now=NOW).way is Way.ENCRYPTED


def test_another_key_in_clear_stops_nothing_and_is_said(queue: Queue) -> None:
    know_key("bob")
    know_key("carol", encrypted=False)
    travel = travel_of(opened(queue), now=NOW)
    assert (travel.way, _keys(travel)) == (Way.ENCRYPTED, (BOB, CAROL))
    assert travel.can_be_written


def test_an_expired_key_is_waited_for(queue: Queue) -> None:
    know_key()
    PublicKey.objects.update(expires=NOW + timedelta(days=1))
    ticket = opened(queue)
    assert travel_of(ticket, now=NOW).way is Way.ENCRYPTED
    travel = travel_of(ticket, now=NOW + timedelta(days=1))
    assert (travel.way, travel.choice.fingerprint, travel.choice.trouble) == (Way.WAITS, BOB, "expired")


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


def test_each_replayed_ciphertext_is_released_for_itself(queue: Queue, alice: User, bob: User) -> None:
    know_key()
    ticket = opened(queue)
    for _ in range(2):
        message = received(ticket, arrival(replayed=True))
        ask_release(message, by=alice, now=NOW)
        assert travel_of(ticket, now=NOW).way is Way.REPLAYED
        agree_to_release(message, by=bob, now=NOW)
        assert travel_of(ticket, now=NOW).way is Way.ENCRYPTED


def test_nobody_cannot_be_answered(queue: Queue) -> None:
    travel = travel_of(opened(queue, address=""), now=NOW)
    assert travel == Travel(Way.NO_ADDRESS)
    assert not travel.can_be_written


@pytest.mark.parametrize("signature", ["none", "valid"])
@pytest.mark.parametrize("origin", ["here", "elsewhere", "gone", "unknown"])
@pytest.mark.parametrize("encrypted", [True, False])
def test_the_sweep_sees_a_change_as_the_answer_does(
    queue: Queue, signature: str, origin: str, encrypted: bool
) -> None:
    know_key("bob")
    ticket, other = opened(queue), opened(queue)
    message = first_message(ticket if origin == "here" else other)
    Message.objects.filter(pk=message.pk).update(signature=signature)
    know_key("carol", encrypted=encrypted, origin=None if origin == "unknown" else message)
    if origin == "gone":
        other.messages.all().delete()
    Outgoing(message=first_message(ticket), state="waiting", approved=NOW, not_before=NOW).save()
    may_go = travel_of(ticket, now=LATER).way is Way.ENCRYPTED
    assert _may_be_released(LATER).filter(pk=ticket.pk).exists() is may_go
    stops = origin in {"here", "unknown"} or (origin == "elsewhere" and signature == "valid")
    assert may_go is not (encrypted and stops)
