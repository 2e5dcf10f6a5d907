"""Changing a ticket: a press sets a value, and says so when somebody else was faster."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import FINGERPRINT, ago, new_message, new_public_key, new_ticket
from tickets.actions.assign import NotAMember, assign_ticket
from tickets.actions.move import move_ticket
from tickets.models import Event, Queue, Ticket

OTHER = "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333"


def _press(client: Client, name: str, ticket: Ticket, **data: object) -> str:
    answer = client.post(reverse(name, args=[ticket.pk]), data, follow=True)
    ticket.refresh_from_db()
    return answer.content.decode()


def _kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.values_list("kind", flat=True))


def test_take_give_and_give_back(desk: Client, ticket: Ticket, alice: User, bob: User) -> None:
    assert "Nobody has it." in desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert "Alice has it." in _press(desk, "assign", ticket, agent=alice.pk, was="")
    assert "Bob has it." in _press(desk, "assign", ticket, agent=bob.pk, was=alice.pk)
    assert "Nobody has it." in _press(desk, "assign", ticket, agent="", was=bob.pk)
    assert _kinds(ticket) == ["assigned", "assigned", "released"]


def test_whoever_was_faster_keeps_it(desk: Client, ticket: Ticket, alice: User, bob: User) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(agent=bob)
    page = _press(desk, "assign", ticket, agent=alice.pk, was="")
    assert "somebody else took or gave it meanwhile" in page
    assert ticket.agent == bob
    assert _kinds(ticket) == []


def test_pressing_twice_changes_nothing(desk: Client, ticket: Ticket, alice: User) -> None:
    _press(desk, "assign", ticket, agent=alice.pk, was="")
    _press(desk, "assign", ticket, agent=alice.pk, was=alice.pk)
    assert _kinds(ticket) == ["assigned"]


def test_only_members_of_the_queue_may_have_it(
    desk: Client, ticket: Ticket, alice: User, charlie: User
) -> None:
    page = _press(desk, "assign", ticket, agent=charlie.pk, was="")
    assert "this person does not work on the queue" in page
    assert ticket.agent is None
    with pytest.raises(NotAMember):
        assign_ticket(ticket, charlie, was=None, by=alice, now=ago(0))


def test_close_and_reopen(desk: Client, ticket: Ticket) -> None:
    _press(desk, "close", ticket)
    _press(desk, "close", ticket)
    assert (ticket.state, ticket.waiting_since) == ("closed", None)
    assert ticket.closed is not None
    _press(desk, "reopen", ticket)
    _press(desk, "reopen", ticket)
    again = Ticket.objects.get(pk=ticket.pk)
    assert (again.state, again.closed) == ("open", None)
    assert again.waiting_since == ticket.messages.get().created
    assert _kinds(ticket) == ["closed", "reopened"]


def test_what_was_answered_is_still_answered_when_it_is_reopened(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, state="closed", closed=ago(1), waiting_since=None)
    new_message(ticket, created=ago(3))
    new_message(ticket, kind="outbound", created=ago(2))
    new_message(ticket, kind="note", created=ago(1))
    _press(desk, "reopen", ticket)
    assert ticket.waiting_since is None


def test_a_bounce_is_nobodys_last_word(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, state="closed", closed=ago(1), waiting_since=None)
    new_message(ticket, created=ago(4))
    new_message(ticket, kind="outbound", created=ago(3))
    new_message(ticket, machine="bounce", created=ago(2))
    _press(desk, "reopen", ticket)
    assert ticket.waiting_since is None


def test_who_asked_before_a_bounce_still_waits(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, state="closed", closed=ago(1), waiting_since=None)
    asked = new_message(ticket, created=ago(4))
    new_message(ticket, machine="automatic", created=ago(2))
    _press(desk, "reopen", ticket)
    assert ticket.waiting_since == asked.created


def test_whoever_takes_it_while_it_is_moved_keeps_it(desk: Client, ticket: Ticket, alice: User) -> None:
    """What the page read of it is not what is written."""
    persian = Queue.objects.create(slug="fa", name="فارسی", address="h@desk.example", fingerprint="A" * 40)
    persian.members.add(alice)
    stale = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(agent=alice)
    move_ticket(stale, persian, by=alice, now=ago(0))
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.agent) == (persian, alice)


def test_move_to_another_queue_of_ones_own(desk: Client, ticket: Ticket, alice: User, bob: User) -> None:
    persian = Queue.objects.create(slug="fa", name="فارسی", address="h@desk.example", fingerprint="A" * 40)
    page = _press(desk, "move", ticket, queue=persian.pk)
    assert "choose one of your queues" in page
    persian.members.add(alice)
    Ticket.objects.filter(pk=ticket.pk).update(agent=bob)
    _press(desk, "move", ticket, queue=persian.pk)
    _press(desk, "move", ticket, queue=persian.pk)
    assert (ticket.queue, ticket.agent) == (persian, None)
    assert _kinds(ticket) == ["moved"]


def test_whoever_works_there_too_keeps_a_moved_ticket(desk: Client, ticket: Ticket, alice: User) -> None:
    persian = Queue.objects.create(slug="fa", name="فارسی", address="h@desk.example", fingerprint="A" * 40)
    persian.members.add(alice)
    Ticket.objects.filter(pk=ticket.pk).update(agent=alice)
    _press(desk, "move", ticket, queue=persian.pk)
    assert ticket.agent == alice


def test_a_compared_key_is_confirmed(desk: Client, ticket: Ticket) -> None:
    new_public_key(days=9, state="retired")
    new_public_key(OTHER, state="proposed", days=1)
    page = _press(desk, "confirm_key", ticket, fingerprint=OTHER)
    assert "The key is confirmed." in page
    assert "Goes encrypted to key \u2066…0000 1111 2222 3333\u2069" in page
    assert "key_confirmed" in _kinds(ticket)


@pytest.mark.parametrize("fingerprint", ["", "nonsense", FINGERPRINT])
def test_a_key_that_nobody_offered_is_not_confirmed(desk: Client, ticket: Ticket, fingerprint: str) -> None:
    page = _press(desk, "confirm_key", ticket, fingerprint=fingerprint)
    assert "Nothing was changed: this key is not one of those that wait to be compared." in page
    assert Event.Kind.KEY_CONFIRMED not in _kinds(ticket)
