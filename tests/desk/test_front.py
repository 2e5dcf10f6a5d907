"""The front page and the shell around every page: what waits, never totals."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from helpdesk.templatetags.moments import age, fours, language_name, moment
from stats.counts import House, mine_unanswered, state_of_house, work_by_queue
from tests.desk.rows import ago, browser_of, foreign_ticket, new_mail, new_outgoing, new_ticket
from tickets.models import Queue, Ticket


def test_only_what_waits_in_ones_own_queues_is_counted(queue: Queue, alice: User, bob: User) -> None:
    Queue.objects.create(slug="fr", name="Fr", address="h@d.example", fingerprint="A" * 40).members.add(alice)
    new_ticket(queue, waiting_since=ago(5), agent=bob)
    new_ticket(queue, agent=alice)
    new_ticket(queue)
    new_ticket(queue, waiting_since=None)
    new_ticket(queue, state="closed", closed=ago(1))
    foreign_ticket()
    counted = [(work.queue.slug, work.unanswered, work.nobodys) for work in work_by_queue(alice)]
    assert counted == [("english", 3, 1), ("fr", 0, 0)]
    assert mine_unanswered(alice) == 1


def test_the_house_says_what_needs_a_person(queue: Queue, alice: User, charlie: User) -> None:
    new_mail("quarantined", "refused")
    new_mail("set_aside", "no_key")
    for state in ("failed", "unknown", "sent", "retry"):
        new_outgoing(new_ticket(queue), state=state)
    new_outgoing(new_ticket(queue), state="failed", kind="acknowledgement")
    new_outgoing(foreign_ticket(), state="failed")
    assert state_of_house(alice, timezone.now()) == House(quarantined=1, set_aside=1, stuck=2, turned_away=1)
    assert state_of_house(charlie, timezone.now()).is_quiet


def test_a_quiet_house_says_nothing(desk: Client) -> None:
    assert 'class="house"' not in desk.get("/").content.decode()


def test_queues_and_stuck_answers_are_linked(desk: Client, ticket: Ticket) -> None:
    outgoing = new_outgoing(ticket, state="unknown")
    page = desk.get("/").content.decode()
    assert "/tickets/?queue=english" in page
    assert f"/tickets/{ticket.pk}/#m-{outgoing.message_id}" in page
    assert "1 answer that may not have been sent" in page


def test_an_agent_of_no_queue_is_told_so(charlie: User) -> None:
    assert "You are in no queue yet." in browser_of(charlie).get("/").content.decode()


@pytest.mark.parametrize("number", [2, 20])
def test_queries_do_not_grow_with_the_queues(
    desk: Client, alice: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for each in range(number):
        queue = Queue.objects.create(slug=f"q{each}", name="Q", address="q@d.example", fingerprint="A" * 40)
        queue.members.add(alice)
        new_outgoing(new_ticket(queue), state="failed")
    with django_assert_num_queries(16):
        desk.get("/")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (7200, "2 h"),
        (86400 * 3, "3 d"),
        (86400 * 800, "800 d"),
    ],
)
def test_an_age_has_one_unit(seconds: int, words: str) -> None:
    with time_machine.travel("2026-11-20 12:00:00Z", tick=False):
        assert age(timezone.now() - timedelta(seconds=seconds)) == words


def test_a_moment_names_the_year_when_it_is_another() -> None:
    with time_machine.travel("2026-11-20 12:00:00Z", tick=False):
        assert moment(timezone.now() - timedelta(hours=1)) == "Fri 20 Nov, 11:00"
        assert moment(timezone.now() - timedelta(days=365)) == "Thu 20 Nov 2025, 12:00"


def test_a_fingerprint_stands_in_fours() -> None:
    assert fours("ABCD1234AB") == "ABCD 1234 AB"


def test_a_language_is_named_in_itself() -> None:
    assert language_name("fa") == "فارسی"
    assert language_name("tlh") == "tlh"
