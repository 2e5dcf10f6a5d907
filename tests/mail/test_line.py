"""The line: whatever a mail is, it ends in exactly one place, and the next one is not held up."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError

from crypto.gnupg import Limits
from crypto.openpgp import SecretKeyring
from crypto.verdict import Encryption
from helpdesk.models import User
from tests.children import at_once
from tests.mail.letters import keep, letter, mail
from tickets.actions.retry import try_again
from tickets.mail import line, send
from tickets.mail.letter import Accepted, Quarantine, Sealed, SetAside, TryLater
from tickets.mail.reading import sandbox
from tickets.models import Incoming, Message, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MAILS = Path(__file__).resolve().parents[1] / "mails"
State = Incoming.State


def stops(monkeypatch: pytest.MonkeyPatch, stop: Exception) -> None:
    def read(sealed: Sealed, *, now: datetime) -> Accepted:
        raise stop

    monkeypatch.setattr(line, "read", read)


def place(incoming: Incoming) -> tuple[str, str]:
    incoming.refresh_from_db()
    return incoming.state, incoming.reason


def test_a_plain_mail_is_filed() -> None:
    incoming = keep(mail(subject="Tor does not start", text="It stops at 10 percent."))
    line.process(incoming.pk)
    assert place(incoming) == (State.FILED, "")
    message = Message.objects.select_related("ticket__key").get()
    assert (message.ticket.subject, message.text) == ("Tor does not start", "It stops at 10 percent.")


def test_an_encrypted_mail_is_opened_and_filed(keyring: SecretKeyring) -> None:
    incoming = keep((MAILS / "encrypted-question.eml").read_bytes())
    line.process(incoming.pk)
    assert place(incoming) == (State.FILED, "")
    message = Message.objects.select_related("ticket__key").get()
    assert message.encryption == Encryption.OK
    assert message.ticket.protected
    assert message.sender_address == "bob@user.example"


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (SetAside("empty"), (State.SET_ASIDE, "empty")),
        (Quarantine("refused"), (State.QUARANTINED, "refused")),
        (TryLater("gpg_timeout"), (State.NEW, "gpg_timeout")),
        (OSError(28, "No space left on device"), (State.NEW, "no_room")),
        (RuntimeError("canary of ana"), (State.QUARANTINED, "unexpected")),
        (MemoryError(), (State.QUARANTINED, "unexpected")),
        (Quarantine("long" * 20), (State.QUARANTINED, "long" * 10)),
    ],
)
def test_every_stop_ends_in_one_place(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stop: Exception,
    expected: tuple[str, str],
) -> None:
    raw = mail()
    incoming = keep(raw)
    stops(monkeypatch, stop)
    line.process(incoming.pk)
    assert place(incoming) == expected
    assert incoming.read() == raw
    assert not Ticket.objects.exists()
    assert "canary" not in caplog.text


def test_a_broken_database_leaves_the_mail_to_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = keep()
    stops(monkeypatch, OperationalError())
    with pytest.raises(OperationalError):
        line.process(incoming.pk)
    assert place(incoming)[0] == State.NEW


def test_it_is_tried_later_and_later_and_then_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = keep()
    stops(monkeypatch, TryLater("gpg_timeout"))
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        while place(incoming)[0] == State.NEW:
            if incoming.not_before:
                waits.append(incoming.not_before - datetime.now(UTC))
                line.process(incoming.pk)
                assert incoming.attempts == len(waits)
                clock.move_to(incoming.not_before)
            line.process(incoming.pk)
    assert waits == [timedelta(minutes=minutes) for minutes in (2, 4, 8, 16)]
    assert place(incoming) == (State.QUARANTINED, "gpg_timeout")


def test_what_kills_its_worker_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = keep()
    stops(monkeypatch, KeyboardInterrupt())  # type: ignore[arg-type]  # what no net catches
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(line.ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                line.process(incoming.pk)
            line.process(incoming.pk)
            clock.shift(line.LEASE)
        line.process(incoming.pk)
    assert place(incoming) == (State.QUARANTINED, "gave_up")
    assert incoming.read()


@pytest.mark.parametrize("state", [State.FILED, State.SET_ASIDE, State.QUARANTINED])
def test_what_has_a_place_is_left_there(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    incoming = keep()
    Incoming.objects.update(state=state)
    line.process(incoming.pk)
    assert place(incoming)[0] == state
    assert not Ticket.objects.exists()


def test_a_mail_that_is_gone_is_no_trouble() -> None:
    line.process(uuid.uuid4())


def test_somebody_elses_mail_is_left_to_them_until_their_time_is_over() -> None:
    incoming = keep()
    with time_machine.travel(NOON, tick=False) as clock:
        Incoming.objects.update(lease_until=NOON + timedelta(minutes=5))
        line.process(incoming.pk)
        assert place(incoming)[0] == State.NEW
        clock.shift(timedelta(minutes=5))
        line.process(incoming.pk)
    assert place(incoming)[0] == State.FILED


def test_an_agent_can_try_again(monkeypatch: pytest.MonkeyPatch, alice: User) -> None:
    incoming = keep()
    with monkeypatch.context() as patch:
        stops(patch, RuntimeError())
        line.process(incoming.pk)
    assert try_again(incoming, by=alice, now=NOON)
    line.process(incoming.pk)
    assert place(incoming) == (State.FILED, "")
    assert not try_again(incoming, by=alice, now=NOON)


def test_a_mail_whose_bytes_are_damaged_is_not_lost_from_sight(vault: Path) -> None:
    incoming = keep()
    (vault / "blobs" / incoming.blob[:2] / incoming.blob).unlink()
    line.process(incoming.pk)
    assert place(incoming) == (State.QUARANTINED, "unexpected")


def test_a_poison_mail_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, run_line: Callable[[], None]
) -> None:
    poison, good = keep(mail(subject="poison")), keep()
    read = line.read

    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        if b"poison" in sealed.raw:
            raise RecursionError
        return read(sealed, now=now)

    monkeypatch.setattr(line, "read", poisoned)
    run_line()
    assert (place(poison)[0], place(good)[0]) == (State.QUARANTINED, State.FILED)


@pytest.mark.parametrize(
    ("domain", "is_ours"), [("lists.example", True), ("desk.example", True), ("user.example", False)]
)
def test_own_domains_are_those_of_the_settings_and_the_queues(
    settings: LazySettings, domain: str, *, is_ours: bool
) -> None:
    settings.MAIL_DOMAINS = ["lists.example"]
    Queue.objects.update(address="help@Desk.example")
    assert (domain in line.OwnDomains()) is is_ours


@pytest.mark.django_db(transaction=True)
def test_one_mail_processed_by_four_workers_at_once_is_filed_once() -> None:
    incoming = keep()
    assert at_once([lambda: line.process(incoming.pk)] * 4) == [0] * 4
    assert place(incoming)[0] == State.FILED
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_comes_back_late_files_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease ran out while it worked, and another worker has filed the mail."""
    incoming = keep()

    def slow(sealed: Sealed, *, now: datetime) -> Accepted:
        monkeypatch.undo()
        with time_machine.travel(datetime.now(UTC) + line.LEASE):
            line.process(incoming.pk)
        return Accepted(letter())

    monkeypatch.setattr(line, "read", slow)
    line.process(incoming.pk)
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


def test_a_worker_that_comes_back_late_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = keep()

    def slow(sealed: Sealed, *, now: datetime) -> Accepted:
        Incoming.objects.update(attempts=2)  # Another worker has claimed it.
        raise SetAside("empty")

    monkeypatch.setattr(line, "read", slow)
    line.process(incoming.pk)
    assert place(incoming) == (State.NEW, "")


def test_a_worker_is_given_up_only_when_no_mail_can_take_so_long() -> None:
    # The session key, once more if the agent hung, the content beside its signature, one inside.
    runs_of_gpg = 4
    longest = runs_of_gpg * (Limits().seconds + 10) + sandbox.SECONDS
    assert timedelta(seconds=longest) < line.LEASE


def test_a_sender_is_declared_dead_only_when_no_hand_over_can_take_so_long() -> None:
    # Connect, greeting, EHLO, STARTTLS, handshake, EHLO, AUTH (three), MAIL, RCPT, DATA, the mail, the dot.
    assert 14 * timedelta(seconds=send.SMTP_SECONDS) < send.LEASE
