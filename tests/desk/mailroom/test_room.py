"""The mail room as a whole: whether everything is well, for whom it is, and what it costs."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from stats.counts import state_of_house
from tests.desk.mailroom.rows import new_alert, new_breaker, new_desk_key, new_mailbox, page
from tests.desk.rows import ago, browser_of, foreign_ticket, new_mail, new_outgoing, new_ticket
from tests.test_headers import check_headers, check_policy
from tickets.models import Queue, Ticket

WORD = "lighthouse"
PAGES = ["mail_room", "mail_room_quarantine", "mail_room_aside", "mail_room_outbox"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("person", ["alice", "bob", "charlie"])
def test_the_mail_room_is_for_coordinators(
    name: str, person: str, request: pytest.FixtureRequest, queue: Queue
) -> None:
    assert browser_of(request.getfixturevalue(person)).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_its_pages_carry_the_headers_of_all_pages(name: str, room: Client) -> None:
    answer = room.get(reverse(name))
    check_headers(answer)
    check_policy(answer)


def test_being_superuser_opens_it_to_nobody(charlie: User) -> None:
    charlie.is_superuser = charlie.is_staff = True
    charlie.save()
    assert browser_of(charlie).get(reverse("mail_room")).status_code == 404


def test_a_desk_on_which_all_is_well_says_so_in_one_sentence(room: Client) -> None:
    new_mailbox()
    new_desk_key(300)
    found = page(room)
    assert "All is well: mail comes in, what came is filed, and what was approved is sent." in found
    assert "saying-danger" not in found
    assert "saying-careful" not in found


def test_an_empty_desk_says_of_each_part_that_nothing_is_there(room: Client, settings: LazySettings) -> None:
    settings.MAIL_IN = []
    found = page(room)
    for words in (
        "All is well",
        "No mailbox is set: mail comes only when a mail server hands it over.",
        "Nothing is in quarantine.",
        "Nothing is set aside.",
        "Nothing is on its way, and nothing got stuck.",
        "Automatic mail flows: 0 in the last hour, of at most 60.",
        "Nobody has looked at the desk&#x27;s keys yet.",
    ):
        assert words in found


def test_what_needs_somebody_is_counted_by_parts_of_the_room(room: Client, queue: Queue) -> None:
    new_mailbox(succeeded=ago(3), failures=3, trouble="no_answer")
    for _ in range(3):
        new_mail("quarantined", "gave_up")
    new_outgoing(new_ticket(queue), state="unknown")
    new_mail("set_aside", "loop")
    assert "3 things need somebody: Mailboxes, Outbox, Quarantine." in page(room)


def test_one_thing_is_one(room: Client) -> None:
    new_mailbox()
    new_mail("quarantined", "gave_up")
    assert "1 thing needs somebody: Quarantine." in page(room)


def test_nothing_of_a_mail_is_shown_anywhere(room: Client, queue: Queue) -> None:
    new_mail("quarantined", "gave_up")
    new_mail("set_aside", "loop")
    new_outgoing(foreign_ticket(), state="unknown")
    new_outgoing(new_ticket(queue, subject=WORD), state="retry", not_before=ago(-1))
    new_alert("failed")
    for name in PAGES:
        found = page(room, name)
        assert "swordfish" not in found
        assert "reporter.example" not in found
        assert "carol@" not in found
        assert WORD not in found


@pytest.mark.parametrize("number", [2, 20])
def test_queries_do_not_grow_with_what_is_there(
    room: Client, queue: Queue, carol: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    queue.members.add(carol)
    for each in range(number):
        new_mailbox()
        new_mail("quarantined", "gave_up")
        new_mail("set_aside", f"reason_{each}")
        new_outgoing(new_ticket(queue), state="failed")
        new_outgoing(foreign_ticket_of(each), state="unknown")
        new_breaker(f"digest {each}")
        new_desk_key(each).retired_subkeys.create(fingerprint=str(each), destroy_after=ago(-9))
    for name, cost in (("mail_room", 31), ("mail_room_quarantine", 13), ("mail_room_outbox", 15)):
        with django_assert_num_queries(cost):
            room.get(reverse(name))


def foreign_ticket_of(number: int) -> Ticket:
    """A ticket in a queue of its own, on which Carol does not work."""
    other = Queue.objects.create(slug=f"q{number}", name="Q", address="q@desk.example", fingerprint="B" * 40)
    return new_ticket(other)


def test_the_way_to_the_mail_room_stands_in_the_navigation_of_coordinators(
    room: Client, desk: Client
) -> None:
    new_mail("quarantined", "gave_up")
    assert f'href="{reverse("mail_room")}"' in page(room, "front")
    assert f'href="{reverse("mail_room")}#quarantine"' in page(room, "front")
    assert reverse("mail_room") not in page(desk, "front")
    assert 'href="/mail/room/" aria-current="page"' in page(room, "mail_room_aside")


def test_everybody_is_told_that_mail_is_not_fetched(room: Client, desk: Client, alice: User) -> None:
    new_mailbox(tried=ago(1), succeeded=ago(1))
    new_mailbox()
    assert state_of_house(alice, timezone.now()).unread_mailboxes == 1
    for client in (room, desk):
        assert "1 mailbox is not being read: new mail may be missing" in page(client, "front")
