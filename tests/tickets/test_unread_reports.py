"""A report that was filed and not read: its row says so, and the sweep tells the workers until somebody reads it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mail.letters import file, letter, report
from tickets import enqueue, tasks
from tickets.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, uuid.UUID]]:
    """What the workers were told."""
    heard: list[tuple[str, uuid.UUID]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, identity: heard.append((task, identity)))
    monkeypatch.setattr(enqueue, "_send", lambda task, identity: None)
    return heard


def reports(told: list[tuple[str, uuid.UUID]]) -> list[uuid.UUID]:
    tasks.sweep()
    return [identity for task, identity in told if task == "read_report"]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(), False),
        (timedelta(minutes=1), True),
        (timedelta(hours=23), True),
        (timedelta(days=1), False),
    ],
)
def test_the_sweep_tells_of_a_report_for_a_day(
    told: list[tuple[str, uuid.UUID]], age: timedelta, *, expected: bool
) -> None:
    message = file(letter(text=report()))
    Message.objects.update(created=timezone.now() - age)
    assert reports(told) == ([message.pk] if expected else [])


def test_a_mail_without_a_report_is_not_told_of(told: list[tuple[str, uuid.UUID]]) -> None:
    file(letter())
    Message.objects.update(created=timezone.now() - timedelta(minutes=1))
    assert reports(told) == []


@pytest.mark.parametrize("text", [report(), "No report after all."])
def test_what_was_read_is_not_told_of_again(told: list[tuple[str, uuid.UUID]], text: str) -> None:
    message = file(letter(text=text))
    Message.objects.update(created=timezone.now() - timedelta(minutes=1), report_due=True)
    tasks.read_report(str(message.pk))
    assert reports(told) == []
