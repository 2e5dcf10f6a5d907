"""A mail server refuses, stalls and breaks off, at every step: an answer leaves once, later, or in somebody's sight."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from helpdesk.models import User
from tests.faults.answers import approve_answer
from tests.faults.invariants import Day, assert_invariants
from tests.mail.letters import file, letter
from tests.mail.script import HANG_UP, SILENCE, ScriptedServer
from tickets import tasks
from tickets.actions.answer import send_again
from tickets.mail import send
from tickets.models import Outgoing

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
State = Outgoing.State
TEMPORARY = {
    "421-greeting": {"greeting": "421 busy"},
    "hang-up": {"greeting": HANG_UP},
    "no-tls": {"STARTTLS": "454 not now"},
    "tls-breaks": {"STARTTLS": HANG_UP},
    "421-mail": {"MAIL": "421 going away"},
    "450-greylisted": {"RCPT": "450 come back"},
    "452-no-room": {"RCPT": "452 no room"},
    "no-answer-to-data": {"DATA": SILENCE},
    "451-dot": {"dot": "451 try again"},
    "421-dot": {"dot": "421 going away"},
}
FINAL = {
    "550-recipient": {"RCPT": "550 no such mailbox"},
    "552-recipient": {"RCPT": "552 full"},
    "554-data": {"DATA": "554 no"},
    "552-dot": {"dot": "552 too large"},
    "550-dot": {"dot": "550 no"},
}
UNKNOWN = {
    "no-answer-to-dot": {"dot": SILENCE},
    "reset-after-dot": {"dot": HANG_UP},
    "nonsense-after-dot": {"dot": "nonsense"},
}


@pytest.fixture
def server(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ScriptedServer]]:
    settings.MAIL_CA_FILE, settings.MAIL_IN = os.environ["WD_TEST_CA"], []
    monkeypatch.setattr(send, "SMTP_SECONDS", 0.5)
    folder = Path(settings.MAIL_CA_FILE).parent
    with ExitStack() as stack:

        def start(**answers: str) -> ScriptedServer:
            tls = (folder / "chain.pem", folder / "key.pem")
            found = stack.enter_context(ScriptedServer(tls, answers=answers))
            settings.MAIL_OUT = f"smtp+starttls://localhost:{found.port}"
            return found

        yield start


def arrived(*servers: ScriptedServer) -> Callable[[bytes], int]:
    """How often the servers said that they have it."""

    def count(mail: bytes) -> int:
        takes = [each for each in servers if each.answers.get("dot", "250")[:1] not in "45"]
        return sum(mail.strip() in got for each in takes for got in each.mails)

    return count


def attempt(clock: time_machine.Traveller) -> Outgoing:
    """What is due is sent, by two workers that were told of it, one after the other."""
    clock.shift(timedelta(hours=13))
    tasks.sweep()
    row = Outgoing.objects.get()
    for _ in range(2):
        tasks.send(str(row.pk))
    return Outgoing.objects.get()


@pytest.mark.parametrize("name", TEMPORARY)
def test_after_a_temporary_fault_it_is_sent_once_by_itself(
    server: Callable[..., ScriptedServer], clock: time_machine.Traveller, name: str
) -> None:
    answer = approve_answer(file(letter()).ticket)
    faulty = server(**TEMPORARY[name])
    assert attempt(clock).state == State.RETRY
    assert_invariants(Day(answers=[answer], arrived=arrived(faulty)))
    good = server()
    assert attempt(clock).state == State.SENT
    assert_invariants(Day(answers=[answer], arrived=arrived(faulty, good)))
    assert len(good.mails) == 1


@pytest.mark.parametrize("name", FINAL)
def test_after_a_refusal_nothing_is_repeated_and_an_event_tells(
    server: Callable[..., ScriptedServer], clock: time_machine.Traveller, name: str
) -> None:
    answer = approve_answer(file(letter()).ticket)
    faulty = server(**FINAL[name])
    assert attempt(clock).state == State.FAILED
    good = server()
    assert attempt(clock).state == State.FAILED
    assert_invariants(Day(answers=[answer], arrived=arrived(faulty, good)))
    assert good.mails == []


@pytest.mark.parametrize("name", UNKNOWN)
def test_when_nobody_knows_a_person_decides(
    server: Callable[..., ScriptedServer], clock: time_machine.Traveller, alice: User, name: str
) -> None:
    answer = approve_answer(file(letter()).ticket)
    faulty = server(**UNKNOWN[name])
    assert attempt(clock).state == State.UNKNOWN
    good = server()
    assert attempt(clock).state == State.UNKNOWN
    assert_invariants(Day(answers=[answer], arrived=arrived(faulty, good)))
    assert good.mails == []
    send_again(answer, by=alice, now=answer.approved)
    assert attempt(clock).state == State.SENT
    assert_invariants(Day(answers=[answer], arrived=arrived(faulty, good), sent_again={answer.pk: 1}))


def test_a_reset_after_the_250_is_no_doubt(
    server: Callable[..., ScriptedServer], clock: time_machine.Traveller
) -> None:
    """The server said that it has the mail; that it goes away before QUIT changes nothing."""
    answer = approve_answer(file(letter()).ticket)
    good = server(QUIT=HANG_UP)
    assert attempt(clock).state == State.SENT
    assert_invariants(Day(answers=[answer], arrived=arrived(good)))


@pytest.mark.parametrize(
    ("name", "replaced"), [("WD_TEST_SMTP", "password"), ("WD_TEST_SMTPS", "certificate")]
)
def test_a_wrong_password_or_certificate_is_tried_again_and_nothing_is_said_in_clear(
    settings: LazySettings, clock: time_machine.Traveller, name: str, replaced: str
) -> None:
    settings.MAIL_IN, settings.MAIL_OUT = [], os.environ[name]
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    if replaced == "password":
        settings.MAIL_OUT = settings.MAIL_OUT.replace("//desk:", "//desk:wrong")
    else:
        settings.MAIL_CA_FILE = ""
    answer = approve_answer(file(letter()).ticket)
    sink = Path(os.environ[name.replace("SMTPS", "SINK_TLS").replace("SMTP", "SINK")])

    def count(mail: bytes) -> int:
        return sum(path.read_bytes().endswith(mail) for path in sink.glob("*.eml"))

    assert attempt(clock).state == State.RETRY
    assert_invariants(Day(answers=[answer], arrived=count))
    settings.MAIL_OUT, settings.MAIL_CA_FILE = os.environ[name], os.environ["WD_TEST_CA"]
    assert attempt(clock).state == State.SENT
    assert_invariants(Day(answers=[answer], arrived=count))
