"""A worker is killed at every point of a mail's way in: the mail is never lost and never filed twice."""

from __future__ import annotations

import pytest
import time_machine

from tests.faults.conftest import Inbox
from tests.faults.desk import INCOMING, assert_filed_once, assert_nothing_left_over, die_at, recover
from tests.mail.letters import mail, report
from tickets.mail.line import LEASE
from tickets.models import Incoming, Message, Ticket

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
# Nothing is marked in a Maildir before it is removed.
CASES = [
    (kind, point)
    for kind in ("maildir", "imaps")
    for point in INCOMING
    if (kind, point) != ("maildir", "marked-deleted")
]


@pytest.mark.parametrize(("inbox", "point"), CASES, indirect=["inbox"])
def test_a_mail_survives_its_worker(inbox: Inbox, clock: time_machine.Traveller, point: str) -> None:
    mails = [mail(), mail()]
    for raw in mails:
        inbox.post(raw)
    die_at(point)
    assert inbox.count() + Incoming.objects.count() >= len(mails)
    clock.shift(LEASE)
    recover()
    assert inbox.count() == 0
    assert_filed_once(mails)
    assert Ticket.objects.count() == len(mails)
    assert_nothing_left_over()


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
