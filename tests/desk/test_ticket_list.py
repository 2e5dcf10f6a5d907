"""The list of tickets."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from tests.desk.rows import ago, browser_of, foreign_ticket, new_message, new_outgoing, new_ticket
from tickets.models import Queue

ADDRESS = reverse("tickets")


def _titles(client: Client, query: str = "") -> list[str]:
    return [row.title for row in client.get(f"{ADDRESS}{query}").context["rows"]]


def _fill(queue: Queue, number: int) -> None:
    for _ in range(number):
        silent = new_ticket(queue, subject="", facts=[["Model", "Example 3000"]])
        new_message(silent, text="Some first words")


def test_unanswered_first_and_oldest_first(desk: Client, queue: Queue) -> None:
    new_ticket(queue, subject="answered", waiting_since=None)
    new_ticket(queue, subject="younger", waiting_since=ago(1))
    new_ticket(queue, subject="older", waiting_since=ago(9))
    new_ticket(queue, subject="closed", state="closed", closed=ago(1), waiting_since=None)
    assert _titles(desk) == ["older", "younger", "answered"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=unanswered", ["waits"]),
        ("?state=closed", ["closed"]),
        ("?state=all", ["waits", "with alice", "closed"]),
        ("?language=fa", ["with alice"]),
        ("?mine=1", ["with alice"]),
        ("?mine=0", ["waits"]),
        ("?queue=english", ["waits", "with alice"]),
        ("?state=nonsense&language=nonsense&page=-1", ["waits", "with alice"]),
    ],
)
def test_narrowing(desk: Client, alice: User, queue: Queue, query: str, expected: list[str]) -> None:
    new_ticket(queue, subject="waits")
    new_ticket(queue, subject="with alice", waiting_since=None, agent=alice, language="fa")
    new_ticket(queue, subject="closed", state="closed", closed=ago(1), waiting_since=None)
    assert _titles(desk, query) == expected


def test_somebody_elses_queue_cannot_be_asked_for(desk: Client, queue: Queue) -> None:
    foreign_ticket()
    assert _titles(desk) == []
    assert _titles(desk, "?queue=other") == []


@pytest.mark.usefixtures("queue")
def test_an_agent_without_queues_sees_nothing(queue: Queue, charlie: User) -> None:
    new_ticket(queue)
    assert _titles(browser_of(charlie)) == []


def test_first_words_stand_where_there_is_no_subject(desk: Client, queue: Queue) -> None:
    _fill(queue, 1)
    assert _titles(desk) == ["Some first words"]


def test_the_three_dots_of_protected_mail_are_no_subject(desk: Client, queue: Queue) -> None:
    new_message(new_ticket(queue, subject="..."), text="The printer is on fire.")
    assert _titles(desk) == ["The printer is on fire."]


def test_an_answer_that_waits_for_a_key_is_not_called_answered(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, waiting_since=None)
    new_outgoing(ticket, state="waiting")
    assert "waits for a key" in desk.get(ADDRESS).content.decode()


def test_a_row_is_one_link_with_what_matters(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, subject="<b>No Wi-Fi</b>", facts=[["Model", "Example 3000"]])
    page = desk.get(ADDRESS).content.decode()
    assert page.count(reverse("ticket", args=[ticket.pk])) == 1
    assert "&lt;b&gt;No Wi-Fi&lt;/b&gt;" in page
    for words in ("unanswered", "Example 3000", "with nobody", "protected", ">2 h<"):
        assert words in page


@pytest.mark.parametrize("number", [2, 20])
def test_queries_do_not_grow_with_the_rows(
    desk: Client, queue: Queue, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(queue, number)
    with django_assert_num_queries(21):
        desk.get(ADDRESS)


def test_pages_are_not_counted(desk: Client, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.desk.ticket_list.ROWS_A_PAGE", 2)
    for name in "abc":
        new_ticket(queue, subject=name, waiting_since=ago(10 - ord(name) / 100))
    first = desk.get(ADDRESS).context["page"]
    last = desk.get(f"{ADDRESS}?page=2").context["page"]
    assert (len(first.rows), first.next, first.previous) == (2, 2, None)
    assert (len(last.rows), last.next, last.previous) == (1, None, 1)


def test_the_next_page_is_narrowed_like_this_one(
    desk: Client, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.desk.ticket_list.ROWS_A_PAGE", 1)
    _fill(queue, 2)
    assert "?language=en&amp;page=2" in desk.get(f"{ADDRESS}?language=en&page=1").content.decode()
