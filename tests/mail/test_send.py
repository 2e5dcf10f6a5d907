"""Sending: what becomes of a mail by every answer a mail server can give, and that it is never given twice."""

from __future__ import annotations

import mailbox
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from crypto.errors import EpochKeyMissingError, SealError
from helpdesk.models import User
from tests.mail.letters import file, letter
from tickets.actions.answer import send_again
from tickets.mail import send
from tickets.mail.send import Outcome, hand_over, mark_abandoned, send_outgoing
from tickets.models import Event, Message, Outgoing, Queue
from tickets.models.outgoing import OutgoingQuerySet

MAIL = b"From: help@desk.example\r\nTo: ana@user.example\r\nSubject: Re: No sound\r\n\r\n.hidden\r\n..\r\nWords.\r\n"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def outgoing(queue: Queue) -> Outgoing:
    """An approved answer."""
    ticket = file(letter()).ticket
    message = Message(ticket=ticket, kind=Message.Kind.OUTBOUND, created=NOON, text="Turn them on.")
    message.save()
    row = Outgoing(
        message=message,
        state=Outgoing.State.APPROVED,
        recipient="ana@user.example",
        sender=queue.address,
        rendered=MAIL,
        approved=NOON,
    )
    row.save()
    return row


@pytest.fixture
def outbox(tmp_path: Path, settings: LazySettings) -> mailbox.Maildir:
    settings.MAIL_OUT = f"maildir://{tmp_path / 'outbox'}"
    return mailbox.Maildir(tmp_path / "outbox")


def kinds(outgoing: Outgoing) -> list[str]:
    events = outgoing.said.ticket.events.exclude(kind__in=[Event.Kind.OPENED, Event.Kind.RECEIVED])
    return list(events.values_list("kind", flat=True))


def answered_with(monkeypatch: pytest.MonkeyPatch, outcome: Outcome, code: int | None = None) -> list[bytes]:
    """Every hand-over ends so; gives what was handed over."""
    given: list[bytes] = []

    def stub(sender: str, recipient: str, mail: bytes) -> tuple[Outcome, int | None]:
        given.append(mail)
        return outcome, code

    monkeypatch.setattr(send, "hand_over", stub)
    return given


def test_into_a_maildir_it_goes_as_it_was_rendered(outgoing: Outgoing, outbox: mailbox.Maildir) -> None:
    send_outgoing(outgoing.pk)
    assert [outbox.get_bytes(key) for key in outbox.iterkeys()] == [MAIL]
    outgoing.refresh_from_db()
    assert outgoing.state == Outgoing.State.SENT
    assert kinds(outgoing) == [Event.Kind.SENT]


def test_a_maildir_that_cannot_be_written_is_tried_later(tmp_path: Path, settings: LazySettings) -> None:
    (tmp_path / "file").touch()
    settings.MAIL_OUT = f"maildir://{tmp_path / 'file'}"
    assert hand_over("a@desk.example", "b@user.example", MAIL) == (Outcome.LATER, None)


def test_what_is_sent_is_not_sent_again(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    given = answered_with(monkeypatch, Outcome.ACCEPTED, 250)
    for _ in range(3):
        send_outgoing(outgoing.pk)
    assert given == [MAIL]


@pytest.mark.parametrize(
    "state",
    [state for state in Outgoing.State if state not in {Outgoing.State.APPROVED, Outgoing.State.RETRY}],
)
def test_only_what_is_approved_is_sent(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch, state: Outgoing.State
) -> None:
    Outgoing.objects.update(state=state)
    given = answered_with(monkeypatch, Outcome.ACCEPTED, 250)
    send_outgoing(outgoing.pk)
    assert given == []


def test_of_two_that_find_it_at_once_one_sends_it(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, update = answered_with(monkeypatch, Outcome.ACCEPTED, 250), OutgoingQuerySet.update

    def overtaken(rows: OutgoingQuerySet, **values: object) -> int:
        monkeypatch.setattr(OutgoingQuerySet, "update", update)
        send_outgoing(outgoing.pk)
        return update(rows, **values)

    monkeypatch.setattr(OutgoingQuerySet, "update", overtaken)
    send_outgoing(outgoing.pk)
    assert given == [MAIL]


def test_a_row_that_is_gone_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    given = answered_with(monkeypatch, Outcome.ACCEPTED, 250)
    send_outgoing(uuid.uuid4())
    assert given == []


def test_a_refusal_is_final_and_an_event(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_with(monkeypatch, Outcome.REFUSED, 550)
    send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.reply_code) == (Outgoing.State.FAILED, 550)
    assert kinds(outgoing) == [Event.Kind.NOT_SENT]


def test_a_doubt_is_shown_and_never_resolved_by_sending(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = answered_with(monkeypatch, Outcome.UNSURE)
    for _ in range(3):
        send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    assert outgoing.state == Outgoing.State.UNKNOWN
    assert len(given) == 1
    assert kinds(outgoing) == [Event.Kind.UNSURE]


def test_it_is_tried_again_less_and_less_often_and_given_up_after_three_days(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = answered_with(monkeypatch, Outcome.LATER, 451)
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        while True:
            send_outgoing(outgoing.pk)
            outgoing.refresh_from_db()
            if outgoing.not_before is None:
                break
            waits.append(int((outgoing.not_before - datetime.now(UTC)).total_seconds() // 60))
            clock.shift(timedelta(minutes=waits[-1]) - timedelta(seconds=1))
            send_outgoing(outgoing.pk)
            assert len(given) == len(waits)
            clock.shift(timedelta(seconds=1))
        assert datetime.now(UTC) - NOON > timedelta(days=3)
    assert waits[:8] == [1, 5, 15, 60, 180, 360, 720, 720]
    assert outgoing.state == Outgoing.State.FAILED
    assert kinds(outgoing) == [Event.Kind.NOT_SENT]


def test_whose_sender_died_is_shown_as_doubtful_once(outgoing: Outgoing) -> None:
    Outgoing.objects.update(state=Outgoing.State.SENDING, lease_until=NOON)
    assert mark_abandoned(NOON - timedelta(seconds=1)) == 0
    assert [mark_abandoned(NOON), mark_abandoned(NOON)] == [1, 0]
    outgoing.refresh_from_db()
    assert outgoing.state == Outgoing.State.UNKNOWN
    assert kinds(outgoing) == [Event.Kind.UNSURE]


def test_a_sender_that_was_given_up_does_not_change_the_row(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(sender: str, recipient: str, mail: bytes) -> tuple[Outcome, int | None]:
        mark_abandoned(datetime.now(UTC) + timedelta(hours=1))
        return Outcome.LATER, None

    monkeypatch.setattr(send, "hand_over", slow)
    send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    assert outgoing.state == Outgoing.State.UNKNOWN


def test_a_sender_that_was_given_up_has_no_say_in_the_next_attempt(
    outgoing: Outgoing, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Declared dead, sent again by a person, claimed by another sender: only then it comes back."""

    def slow(sender: str, recipient: str, mail: bytes) -> tuple[Outcome, int | None]:
        mark_abandoned(datetime.now(UTC) + timedelta(hours=1))
        send_again(Outgoing.objects.get(), by=alice, now=datetime.now(UTC))
        Outgoing.objects.update(state=Outgoing.State.SENDING, attempts=2)
        return Outcome.REFUSED, 550

    monkeypatch.setattr(send, "hand_over", slow)
    send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.attempts, outgoing.reply_code) == ("sending", 2, None)
    assert Event.Kind.NOT_SENT not in kinds(outgoing)


def test_what_a_person_sends_again_waits_as_shortly_as_at_first(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    Outgoing.objects.update(attempts=9, approved=NOON)
    answered_with(monkeypatch, Outcome.LATER, 451)
    with time_machine.travel(NOON, tick=False):
        send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    assert outgoing.not_before == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("error", [EpochKeyMissingError("x"), SealError("x"), PermissionError()])
def test_what_cannot_be_opened_was_not_handed_over(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*given: object) -> bytes:
        raise error

    given = answered_with(monkeypatch, Outcome.ACCEPTED, 250)
    monkeypatch.setattr("crypto.models.SealKey.unseal", fail)
    Outgoing.objects.update(approved=datetime.now(UTC))
    send_outgoing(outgoing.pk)
    assert given == []
    assert Outgoing.objects.get().state == Outgoing.State.RETRY


@pytest.mark.parametrize(("code", "kept"), [(-1, None), (0, None), (199, None), (451, 451), (600, None)])
def test_only_what_a_mail_server_can_say_is_kept(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch, code: int, kept: int | None
) -> None:
    answered_with(monkeypatch, Outcome.UNSURE, code)
    send_outgoing(outgoing.pk)
    assert Outgoing.objects.get().reply_code == kept


def test_the_log_says_no_address(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answered_with(monkeypatch, Outcome.REFUSED, 550)
    caplog.set_level("INFO")
    send_outgoing(outgoing.pk)
    assert str(outgoing.pk) in caplog.text
    assert "@" not in caplog.text
