"""Mails that were not filed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import User
from tests.desk.rows import browser_of, new_mail
from tickets.actions.retry import try_again
from tickets.actions.set_aside import set_aside
from tickets.desk.mailroom.reasons import reason_in_words
from tickets.models import Incoming, Queue

LINE = Path(__file__).resolve().parents[3] / "tickets" / "mail"


def _page(client: Client) -> str:
    return client.get(reverse("mails")).content.decode()


def test_state_reason_and_size_are_shown_and_nothing_of_the_content(desk: Client) -> None:
    new_mail("set_aside", "no_key")
    new_mail("quarantined", "refused")
    page = _page(desk)
    assert page.index("in quarantine") < page.index("set aside")
    for words in ("It is encrypted, but not to a key we have.", "inbox", "4.0\xa0KB", "Try again"):
        assert words in page
    assert "swordfish" not in page


def test_a_mail_is_tried_again(desk: Client, alice: User) -> None:
    mail = new_mail("quarantined", "gave_up")
    answer = desk.post(reverse("try_again", args=[mail.pk]), follow=True)
    assert "The mail is tried again." in answer.content.decode()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.reason) == ("new", 0, "")
    assert (mail.decided_by, mail.decided_at is not None) == (alice, True)
    assert not try_again(mail, by=alice, now=mail.received)


def test_a_mail_in_quarantine_is_set_aside_and_may_be_tried_again(desk: Client, alice: User) -> None:
    mail = new_mail("quarantined", "gave_up")
    answer = desk.post(reverse("set_aside", args=[mail.pk]), follow=True)
    page = answer.content.decode()
    assert "The mail is set aside." in page
    assert "Not by a rule: somebody looked at it and set it aside." in page
    assert "Alice</bdi>" in page
    assert reverse("set_aside", args=[mail.pk]) not in page
    assert reverse("try_again", args=[mail.pk]) in page
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.decided_by) == ("set_aside", "by_agent", alice)
    assert mail.read().startswith(b"Subject")


@pytest.mark.parametrize("state", ["set_aside", "new", "filed"])
def test_only_a_mail_in_quarantine_is_set_aside(state: str, alice: User) -> None:
    mail = new_mail("quarantined", "gave_up")
    Incoming.objects.update(state=state)
    assert not set_aside(mail, by=alice, now=mail.received)
    assert Incoming.objects.get().decided_by is None


def test_whoever_decides_later_is_told(desk: Client) -> None:
    mail = new_mail("set_aside", "loop")
    answer = desk.post(reverse("set_aside", args=[mail.pk]), follow=True)
    assert "somebody else decided about this mail already" in answer.content.decode()


def test_it_is_said_when_a_mail_will_be_forgotten(desk: Client, settings: LazySettings) -> None:
    settings.FORGET_AFTER_DAYS = 90
    mail = new_mail("quarantined", "gave_up")
    assert "until 1 Apr 2026" not in _page(desk)
    Incoming.objects.filter(pk=mail.pk).update(received=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert "until 1 Apr 2026" in _page(desk)


def test_the_worker_is_told_after_commit(
    desk: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    told: list[object] = []
    monkeypatch.setattr("tickets.actions.retry.enqueue", lambda task, identity: told.append((task, identity)))
    mail = new_mail("quarantined", "gave_up")
    desk.post(reverse("try_again", args=[mail.pk]))
    assert told == [("open_incoming", mail.pk)]


def test_a_mail_whose_bytes_are_gone_cannot_be_tried(desk: Client) -> None:
    mail = new_mail("set_aside", "loop")
    Incoming.objects.filter(pk=mail.pk).update(key=None)
    assert "no longer kept" in _page(desk)
    answer = desk.post(reverse("try_again", args=[mail.pk]), follow=True)
    assert "Nothing was changed" in answer.content.decode()


def test_a_filed_mail_is_not_there(desk: Client) -> None:
    mail = new_mail("quarantined", "refused")
    Incoming.objects.filter(pk=mail.pk).update(state="filed")
    assert "There is nothing here for you to decide about." in _page(desk)
    assert desk.post(reverse("try_again", args=[mail.pk])).status_code == 404


def test_agents_do_not_take_mails_out(desk: Client) -> None:
    mail = new_mail("quarantined", "refused")
    assert reverse("download_mail", args=[mail.pk]) not in _page(desk)


def test_an_agent_of_no_queue_sees_none(queue: Queue, charlie: User) -> None:
    new_mail("quarantined", "refused")
    assert "in quarantine" not in _page(browser_of(charlie))


@pytest.mark.parametrize("number", [2, 20])
def test_queries_do_not_grow_with_the_mails(
    desk: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        new_mail("quarantined", "refused")
    with django_assert_num_queries(15):
        desk.get(reverse("mails"))


def test_every_reason_of_the_mail_line_has_its_sentence() -> None:
    pattern = re.compile(r'(?:SetAside|Quarantine|_settle\(.*QUARANTINED,) ?\(?"([a-z_]+)"')
    found = {word for file in LINE.rglob("*.py") for word in pattern.findall(file.read_text())}
    assert found
    assert [word for word in sorted(found) if reason_in_words(word).startswith("Reason:")] == []


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert reason_in_words("full_moon") == "Reason: full moon."
