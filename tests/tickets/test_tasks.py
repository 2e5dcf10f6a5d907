"""What the workers do, and that nothing depends on the broker's memory."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from celery import current_app
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from kombu.exceptions import OperationalError

from crypto.keys import forget_keys
from crypto.models import PublicKey
from crypto.vault import epoch_keys
from helpdesk.models import User
from tests.tickets.cases import NOW, REQUESTER, arrival, know_key, opened, received
from tickets import retention, tasks
from tickets.actions.answer import Shown, allow_release, answer_ticket
from tickets.enqueue import enqueue
from tickets.mail import line
from tickets.mail import send as sending
from tickets.mail.fetch import mailboxes
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import TryLater
from tickets.models import Incoming, Message, Outgoing, Queue, Ticket
from tickets.travel import Way

Told = list[tuple[str, str]]

pytestmark = pytest.mark.django_db


def _sweep() -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.sweep()


def test_the_workers_are_told_after_the_commit(told: Told) -> None:
    identity = uuid.uuid4()
    with TestCase.captureOnCommitCallbacks(execute=True):
        enqueue("send", identity)
        assert told == []
    assert told == [("send", str(identity))]


@pytest.mark.django_db(transaction=True)
def test_of_what_was_rolled_back_nobody_hears(told: Told) -> None:
    with transaction.atomic():
        enqueue("send", uuid.uuid4())
        transaction.set_rollback(True)
    assert told == []


@pytest.mark.parametrize("error", [OperationalError("x"), ConnectionRefusedError(), OSError(28, "disk full")])
def test_a_broker_that_is_down_stops_nobody(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", fail)
    with TestCase.captureOnCommitCallbacks(execute=True):
        enqueue("send", uuid.uuid4())
    assert "the sweep will" in caplog.text


def test_every_task_is_known_to_the_broker_under_the_name_it_is_sent_by() -> None:
    for name in ("poll", "open_incoming", "read_report", "send", "release_waiting", "sweep", "purge"):
        assert f"tickets.tasks.{name}" in current_app.tasks


def _kept(**values: object) -> uuid.UUID:
    identity = keep_mail(uuid.uuid4().bytes, Origin("maildir 0"))
    Incoming.objects.filter(pk=identity).update(
        **{"received": timezone.now() - timedelta(minutes=2), **values}
    )
    return identity


def test_the_sweep_finds_mail_the_broker_lost(told: Told) -> None:
    due = _kept()
    later = timezone.now() + timedelta(minutes=5)
    _kept(received=timezone.now())
    _kept(not_before=later)
    _kept(lease_until=later)
    _kept(state="quarantined")
    stale = _kept(
        lease_until=timezone.now() - timedelta(seconds=1), received=timezone.now() - timedelta(hours=1)
    )
    _sweep()
    assert told == [("open_incoming", str(stale)), ("open_incoming", str(due))]


def test_the_sweep_tells_of_a_hundred_at_once(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SWEEP_AT_ONCE", 2)
    for _ in range(3):
        _kept()
    _sweep()
    assert len(told) == 2


@pytest.fixture
def waiting(signing: Queue, alice: User) -> Ticket:
    """An answer that waits for a key."""
    ticket = opened(signing)
    answer_ticket(ticket, "Wait.", by=alice, shown=Shown(Way.WAITS), now=NOW)
    Message.objects.filter(kind="automatic").delete()  # That it waits was said.
    return ticket


def _outgoing(signing: Queue, by: User) -> uuid.UUID:
    message = answer_ticket(opened(signing, encryption="none"), "Go.", by=by, shown=Shown(Way.CLEAR), now=NOW)
    return message.outgoing.pk


def test_the_sweep_finds_answers_the_broker_lost(signing: Queue, alice: User, told: Told) -> None:
    lost = _outgoing(signing, alice)
    for values in (
        {"state": "sent"},
        {"approved": timezone.now()},
        {"not_before": timezone.now() + timedelta(1)},
    ):
        Outgoing.objects.filter(pk=_outgoing(signing, alice)).update(**values)
    _sweep()
    assert told == [("send", str(lost))]


def test_the_sweep_finds_answers_whose_key_has_come(waiting: Ticket, told: Told) -> None:
    know_key()
    _sweep()
    assert told == []  # The key came in another ticket.
    allow_release(waiting, now=timezone.now())
    _sweep()
    assert told == [("release_waiting", str(waiting.pk))]


@pytest.mark.parametrize("reason", ["no key", "expired", "changed", "replayed", "of another"])
def test_the_sweep_is_not_kept_busy_by_what_has_no_hope(waiting: Ticket, told: Told, reason: str) -> None:
    know_key(address="carol@user.example" if reason == "of another" else REQUESTER)
    allow_release(waiting, now=timezone.now())
    if reason == "no key":
        forget_keys(waiting.requester_digest)
    if reason == "expired":
        PublicKey.objects.update(expires=timezone.now())
    if reason == "changed":
        know_key("carol")
    if reason == "replayed":
        received(waiting, arrival(replayed=True))
    _sweep()
    assert told == []


def test_the_sweep_marks_what_may_have_been_sent(signing: Queue, alice: User, told: Told) -> None:
    lost = _outgoing(signing, alice)
    Outgoing.objects.update(state="sending", lease_until=timezone.now() - timedelta(seconds=1))
    _sweep()
    assert Outgoing.objects.get(pk=lost).state == "unknown"
    assert told == []


def test_released_by_a_worker(waiting: Ticket) -> None:
    know_key()
    allow_release(waiting, now=timezone.now())
    tasks.release_waiting(str(waiting.pk))
    assert Outgoing.objects.get().state == "approved"


def test_nothing_is_released_for_a_ticket_that_goes(waiting: Ticket) -> None:
    know_key()
    allow_release(waiting, now=timezone.now())
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    tasks.release_waiting(str(waiting.pk))
    tasks.release_waiting(str(uuid.uuid4()))
    assert Outgoing.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("task", "module", "name"),
    [
        (tasks.open_incoming, line, "process"),
        (tasks.send, sending, "send_outgoing"),
        (tasks.read_report, tasks, "read_report_of"),
    ],
)
def test_a_task_hands_the_id_on(
    task: object, module: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = uuid.uuid4()
    given: list[uuid.UUID] = []
    monkeypatch.setattr(module, name, given.append)
    task(str(identity))  # type: ignore[operator]  # a task is called like a function
    assert given == [identity]


@pytest.mark.parametrize("trouble", [None, TryLater("mailbox_unreachable")])
def test_a_mailbox_that_is_down_is_polled_again_later(
    trouble: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch_all() -> None:
        if trouble:
            raise trouble

    monkeypatch.setattr(mailboxes, "fetch_all", fetch_all)
    tasks.poll()


def test_the_daily_work_has_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    purged: list[object] = []
    monkeypatch.setattr(retention, "purge", purged.append)
    epoch_keys().create(timezone.now().date() - timedelta(days=1))
    tasks.purge()
    tasks.rotate_epoch_keys()
    assert len(purged) == 1
    assert epoch_keys().newest_day() == timezone.now().date()
