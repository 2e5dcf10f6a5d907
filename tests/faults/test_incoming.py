"""A worker is killed at every point of a mail's way in: the mail is never lost and never filed twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from imapclient import IMAPClient

from tests.children import at_once, in_child
from tests.faults.conftest import Inbox
from tests.faults.desk import (
    DEAD,
    IMPORTING,
    INCOMING,
    assert_filed_once,
    assert_nothing_left_over,
    die_at,
    recover,
    work_a_round,
)
from tests.faults.invariants import Day, assert_invariants, posted_mail
from tests.mail.letters import mail, report
from tickets.mail.line import LEASE
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
# Nothing is marked in a Maildir before it is removed; only what is moved without MOVE is copied.
CASES = [
    (kind, point)
    for kind in ("maildir", "imaps")
    for point in INCOMING
    if (kind, point) != ("maildir", "marked-deleted") and point != "copied"
]


@pytest.mark.parametrize(("inbox", "point"), CASES, indirect=["inbox"])
def test_a_mail_survives_its_worker(inbox: Inbox, clock: time_machine.Traveller, point: str) -> None:
    day = Day([posted_mail(), posted_mail()], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)
    die_at(point)
    assert_invariants(day, is_over=False)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
    assert_filed_once(day.mails)
    assert Ticket.objects.count() == len(day.mails)
    assert_nothing_left_over()


@pytest.mark.parametrize("inbox", ["imaps"], indirect=True)
@pytest.mark.parametrize("after", ["leave", "move:Archive"])
@pytest.mark.parametrize("point", ["keep-after-commit", "copied", "marked-deleted", "removed"])
def test_a_mail_survives_its_worker_wherever_it_goes_then(
    inbox: Inbox,
    clock: time_machine.Traveller,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    after: str,
    point: str,
) -> None:
    """By the longest way: the server knows no MOVE."""
    knows = IMAPClient.has_capability
    monkeypatch.setattr(
        IMAPClient, "has_capability", lambda client, name: name != "MOVE" and knows(client, name)
    )
    settings.MAIL_IN = [f"{settings.MAIL_IN[0]}?after={after}"]
    day = Day([posted_mail(), posted_mail()], inbox.mails, is_left=after == "leave")
    for raw in day.mails:
        inbox.post(raw)
    if after == "leave" and point in {"copied", "marked-deleted"}:
        work_a_round()
    else:
        die_at(point)
    assert_invariants(day, is_over=False)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
    assert inbox.count() == (2 if after == "leave" else 0)


@pytest.mark.parametrize("point", IMPORTING)
def test_a_killed_import_is_started_again(tmp_path: Path, point: str) -> None:
    mails = [posted_mail() for _ in range(3)]
    for number, raw in enumerate(mails):
        (tmp_path / f"{number}.eml").write_bytes(raw)
    assert in_child(lambda: call_command("import_mail", str(tmp_path)), fault=point) == DEAD
    assert_invariants(Day(mails, lambda: mails, is_left=True), is_over=False)
    call_command("import_mail", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    assert_invariants(Day(mails, lambda: mails, is_left=True))
    assert_filed_once(mails)


@pytest.mark.parametrize("inbox", ["maildir", "imaps"], indirect=True)
def test_two_workers_at_the_same_mailbox_file_each_mail_once(inbox: Inbox) -> None:
    day = Day([posted_mail() for _ in range(12)], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)
    assert at_once([work_a_round] * 2) == [0, 0]
    recover()
    assert_invariants(day)
    assert_filed_once(day.mails)


@pytest.mark.parametrize("point", ["file-before-commit", "file-after-commit"])
def test_a_report_is_read_even_if_the_broker_forgets_it(
    inbox: Inbox, clock: time_machine.Traveller, point: str
) -> None:
    inbox.post(mail(text=report()))
    die_at(point)
    assert not Ticket.objects.filter(messages__report__isnull=False).exists()
    clock.shift(LEASE)
    recover()
    assert Ticket.objects.get().facts
    assert Message.objects.get().report["tails_version"] == "7.1"
