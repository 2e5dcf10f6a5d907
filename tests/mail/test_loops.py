"""No mail causes a mail by itself: two desks wired to each other, machines and lists get silence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.mail.letters import file, keep, letter, mail
from tickets.mail import line
from tickets.mail.message_ids import new_message_id
from tickets.mail.thread import message_id_digest
from tickets.models import Incoming, Message, Outgoing, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MAILS = Path(__file__).resolve().parents[1] / "mails"
State = Incoming.State


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        ("Auto-Submitted: auto-replied", "automatic"),
        ("Precedence: bulk", "list"),
        ("List-Id: <help.list.example>", "list"),
        ("Return-Path: <>", "bounce"),
    ],
)
def test_mail_of_machines_is_filed_and_causes_no_mail(head: str, machine: str) -> None:
    line.process(keep(mail(head=head)).pk)
    message = Message.objects.get()
    assert message.machine == machine
    assert not Outgoing.objects.exists()


def test_a_bounce_as_a_mail_server_writes_it_comes_to_its_ticket(queue: Queue) -> None:
    ticket = file(letter()).ticket
    ours = new_message_id(queue.address)
    mark = message_id_digest(ours)
    Message(ticket=ticket, kind=Message.Kind.OUTBOUND, created=NOON, text="A", message_id_digest=mark).save()
    raw = (MAILS / "delivery-failed.eml").read_bytes().replace(b"<20261102.9@desk.example>", ours.encode())
    line.process(keep(raw).pk)
    assert Message.objects.get(machine="bounce").ticket == ticket
    assert not Outgoing.objects.exists()


def test_no_mail_of_a_person_causes_mail_by_itself() -> None:
    line.process(keep().pk)
    assert not Outgoing.objects.exists()


def test_our_own_mail_coming_back_is_set_aside(queue: Queue) -> None:
    ours = f"Message-ID: <wd.{'0' * 32}@{queue.address.partition('@')[2]}>"
    incoming = keep(f"From: {queue.address}\r\nSubject: Re: Sound\r\n{ours}\r\n\r\nWords.\r\n".encode())
    line.process(incoming.pk)
    incoming.refresh_from_db()
    assert (incoming.state, incoming.reason) == (State.SET_ASIDE, "loop")


def test_two_desks_wired_to_each_other_stop_at_once() -> None:
    """The other desk answers our answer, automatically and then by a person: ours writes nothing by itself."""
    theirs = "From: help@other.example\r\nTo: desk@desk.example\r\nSubject: Re: Case\r\n"
    for head in ("Auto-Submitted: auto-replied\r\n", ""):
        raw = f"{theirs}{head}Message-ID: {new_message_id('help@other.example')}\r\n\r\nWe got it.\r\n"
        line.process(keep(raw.encode()).pk)
    assert Ticket.objects.count() == 2
    assert not Outgoing.objects.exists()


@pytest.mark.shared
@pytest.mark.parametrize("source", ["deltachat", "zammad-mail"])
def test_real_mail_ends_in_one_place_and_causes_none(source: str) -> None:
    paths = sorted((SHARED / "mail" / source / "mails").iterdir())
    assert len(paths) > 50
    for raw in {path.read_bytes() for path in paths}:
        line.process(keep(raw).pk)
    assert not Incoming.objects.filter(state=State.NEW).exists()
    assert not Incoming.objects.filter(reason__in=["unexpected", "gave_up"]).exists()
    filed = Incoming.objects.filter(state=State.FILED)
    assert filed.count() == filed.filter(message__isnull=False).count() == Message.objects.count()
    assert not Outgoing.objects.exists()
