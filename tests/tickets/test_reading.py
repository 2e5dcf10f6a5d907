"""A report is read after its mail is filed, and may be read again."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from hardware.report.facts import Report
from hardware.report.read import read_report as read_text
from tests.tickets.cases import arrival, first_message, opened, received
from tickets import reading
from tickets.models import Message, Queue, Ticket
from tickets.reading import read_report

REPORTS = Path(__file__).parent.parent / "reports"

pytestmark = pytest.mark.django_db


def _reported(queue: Queue, name: str = "7.6-everything") -> Message:
    text = (REPORTS / f"{name}.txt").read_text(encoding="utf-8")
    return first_message(opened(queue, text="It does not start.", full_text=text))


def test_its_facts_are_kept_for_the_page(queue: Queue) -> None:
    message = _reported(queue)
    read_report(message.pk)
    ticket = Ticket.objects.get()
    assert ticket.facts
    assert all(len(fact) == 2 for fact in ticket.facts)
    assert isinstance(Message.objects.get().report, dict)


def test_the_sections_are_found_in_the_text_again(queue: Queue) -> None:
    message = _reported(queue)
    read_report(message.pk)
    text, places = message.full_text, Message.objects.get().report["sections"]
    assert len(places) > 3
    ends = [start + length for _, start, length in places]
    assert all(0 <= start <= end <= len(text) for (_, start, _), end in zip(places, ends, strict=True))
    assert [start for _, start, _ in places] == sorted(start for _, start, _ in places)
    bodies = [text[start : start + length] for _, start, length in places]
    assert any("[" in body for body in bodies)
    assert all(name not in body.splitlines() for (name, _, _), body in zip(places, bodies, strict=True))


def test_reading_it_again_changes_nothing(queue: Queue) -> None:
    message = _reported(queue)
    read_report(message.pk)
    before = (Ticket.objects.get().facts, Message.objects.get().report)
    read_report(message.pk)
    assert (Ticket.objects.get().facts, Message.objects.get().report) == before


def test_the_words_themselves_may_be_the_report(queue: Queue) -> None:
    text = (REPORTS / "7.6-everything.txt").read_text(encoding="utf-8")
    read_report(first_message(opened(queue, text=text)).pk)
    assert Ticket.objects.get().facts


def test_a_mail_without_a_report_has_no_facts(queue: Queue) -> None:
    read_report(first_message(opened(queue)).pk)
    assert Ticket.objects.get().facts is None
    assert Message.objects.get().report is None


def test_a_message_that_is_gone_is_not_read(queue: Queue) -> None:
    read_report(uuid.uuid4())


def test_a_ticket_forgotten_meanwhile_is_no_trouble(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    message = _reported(queue)

    def forget_while_reading(text: str) -> Report | None:
        Ticket.objects.all().delete()
        return read_text(text)

    monkeypatch.setattr(reading, "read", forget_while_reading)
    read_report(message.pk)
    assert not Message.objects.exists()


def test_sections_without_a_body_and_bodies_that_repeat_have_their_places() -> None:
    assert reading._places("a\nsame\nb\nsame\nc\n", [("a", "same"), ("b", "same"), ("c", "")]) == [
        ["a", 2, 4],
        ["b", 9, 4],
        ["c", 13, 0],
    ]


def test_a_section_that_is_not_in_the_text_has_no_place() -> None:
    assert reading._places("text", [("a", "elsewhere")]) == []


def test_a_second_report_of_the_ticket_is_read_too(queue: Queue) -> None:
    ticket = opened(queue)
    text = (REPORTS / "7.1-empty.txt").read_text(encoding="utf-8")
    second = received(ticket, arrival(full_text=text))
    read_report(second.pk)
    assert Message.objects.get(pk=second.pk).report is not None
