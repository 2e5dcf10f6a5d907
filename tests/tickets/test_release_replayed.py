"""An encrypted text that came under another name is answered when two different agents say so, and only then."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from helpdesk.models import User
from tests.tickets.cases import NOW, arrival, first_message, know_key, opened, received
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.errors import CannotBeAnswered, NotPossibleNow
from tickets.actions.release_replayed import agree_to_release, ask_release, withdraw_release
from tickets.models import Event, Message, Queue, Ticket
from tickets.travel import Way

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def replayed(signing: Queue) -> Message:
    """Somebody mailed Bob's ciphertext as his own."""
    know_key()
    return received(opened(signing), arrival("Please quote this.", replayed=True))


def _answer(message: Message, by: User) -> None:
    answer_ticket(message.ticket, "Here.", by=by, shown=Shown(Way.ENCRYPTED), now=LATER)


def _kinds(ticket: Ticket) -> list[tuple[str, User | None]]:
    asked = {Event.Kind.RELEASE_ASKED, Event.Kind.REPLAY_RELEASED}
    return [(event.kind, event.by) for event in ticket.events.filter(kind__in=asked)]


def test_two_agents_agree_and_it_can_be_answered(
    replayed: Message, alice: User, bob: User, told: list[tuple[str, str]]
) -> None:
    ask_release(replayed, by=alice, now=NOW)
    with TestCase.captureOnCommitCallbacks(execute=True):
        agree_to_release(replayed, by=bob, now=LATER)
    replayed.refresh_from_db()
    assert (replayed.release_asked_by, replayed.released_by, replayed.released) == (alice, bob, LATER)
    assert _kinds(replayed.ticket) == [("release_asked", alice), ("replay_release", bob)]
    assert told == [("release_waiting", str(replayed.ticket_id))]
    _answer(replayed, alice)


def test_one_agent_is_not_two(replayed: Message, alice: User) -> None:
    ask_release(replayed, by=alice, now=NOW)
    with pytest.raises(NotPossibleNow):
        agree_to_release(replayed, by=alice, now=NOW)
    with pytest.raises(CannotBeAnswered):
        _answer(replayed, alice)
    assert _kinds(replayed.ticket) == [("release_asked", alice)]


def test_nobody_agrees_before_somebody_has_asked(replayed: Message, bob: User) -> None:
    with pytest.raises(NotPossibleNow):
        agree_to_release(replayed, by=bob, now=NOW)
    with pytest.raises(CannotBeAnswered):
        _answer(replayed, bob)


def test_who_asks_second_does_not_take_the_first_ones_place(
    replayed: Message, alice: User, bob: User
) -> None:
    """Else Alice could agree with Bob, who only pressed the same button."""
    ask_release(replayed, by=alice, now=NOW)
    for by in (alice, bob):
        with pytest.raises(NotPossibleNow):
            ask_release(replayed, by=by, now=NOW)
    replayed.refresh_from_db()
    assert replayed.release_asked_by == alice


def test_who_asked_may_take_it_back_until_somebody_agreed(replayed: Message, alice: User, bob: User) -> None:
    ask_release(replayed, by=alice, now=NOW)
    with pytest.raises(NotPossibleNow):
        withdraw_release(replayed, by=bob, now=NOW)
    withdraw_release(replayed, by=alice, now=NOW)
    with pytest.raises(NotPossibleNow):
        agree_to_release(replayed, by=bob, now=NOW)
    ask_release(replayed, by=alice, now=NOW)
    agree_to_release(replayed, by=bob, now=NOW)
    with pytest.raises(NotPossibleNow):
        withdraw_release(replayed, by=alice, now=LATER)


def test_what_is_released_is_not_released_again(replayed: Message, alice: User, bob: User) -> None:
    ask_release(replayed, by=alice, now=NOW)
    agree_to_release(replayed, by=bob, now=NOW)
    for act in (ask_release, agree_to_release):
        with pytest.raises(NotPossibleNow):
            act(replayed, by=bob, now=LATER)


def test_a_message_that_nobody_replayed_has_nothing_to_release(signing: Queue, alice: User) -> None:
    message = first_message(opened(signing))
    with pytest.raises(NotPossibleNow):
        ask_release(message, by=alice, now=NOW)
    assert _kinds(message.ticket) == []


@pytest.mark.parametrize("act", [ask_release, withdraw_release, agree_to_release])
def test_nothing_is_released_in_a_ticket_that_is_being_forgotten(
    replayed: Message, alice: User, bob: User, act: object
) -> None:
    Message.objects.filter(pk=replayed.pk).update(release_asked_by=None if act is ask_release else alice)
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    with pytest.raises(NotPossibleNow):
        act(replayed, by=bob, now=NOW)  # type: ignore[operator]  # one of the two actions


def test_the_database_refuses_one_person_as_two(replayed: Message, alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=replayed.pk).update(release_asked_by=alice, released_by=alice)


def test_it_stays_released_when_who_agreed_is_gone(replayed: Message, alice: User, bob: User) -> None:
    ask_release(replayed, by=alice, now=NOW)
    agree_to_release(replayed, by=bob, now=NOW)
    User.objects.filter(pk=bob.pk).delete()
    assert not Message.objects.unreleased().exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_agree_at_once_one_does(replayed: Message, alice: User, bob: User) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    carol = User.objects.create_user("carol")
    ask_release(replayed, by=alice, now=NOW)
    stopped: list[User] = []

    def agree(by: User) -> None:
        try:
            agree_to_release(replayed, by=by, now=NOW)
        except NotPossibleNow:
            stopped.append(by)
        finally:
            connection.close()

    threads = [threading.Thread(target=agree, args=(by,)) for by in (bob, carol)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stopped) == 1
    assert len(_kinds(replayed.ticket)) == 2
