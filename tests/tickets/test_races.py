"""Two at once, on two real connections: whoever comes second sees what the first one did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from crypto.models import PublicKey
from crypto.verdict import Encryption
from helpdesk.models import User
from tests.mail.letters import OTTO, file, letter
from tests.tickets.cases import NOW, arrival, know_key, opened
from tickets.actions import forget
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.close import close_ticket
from tickets.actions.errors import ActionError, AlreadyDone, MessageCame
from tickets.actions.forget import forget_stray_keys, forget_ticket
from tickets.actions.receive import continue_ticket, draft_message, save_message
from tickets.mail import file as filing
from tickets.models import Message, Queue, Ticket, Tombstone
from tickets.travel import Way

SECONDS = 20

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _two_connections(db: None, told: list[tuple[str, str]]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def at_once(*works: Callable[[], object]) -> list[object]:
    """What came of each, with the refusals of actions as values."""

    def run(work: Callable[[], object]) -> object:
        try:
            return work()
        except ActionError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def wait_until_somebody_waits() -> None:
    """Until another connection wants a lock that is held."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise TimeoutError


@pytest.fixture
def meeting() -> Iterator[threading.Barrier]:
    """Where two wait for each other."""
    barrier = threading.Barrier(2, timeout=SECONDS)
    yield barrier
    barrier.abort()


@pytest.mark.parametrize("press", ["close", "answer"])
def test_what_is_being_filed_is_not_buried(
    signing: Queue, alice: User, meeting: threading.Barrier, press: str
) -> None:
    ticket = opened(signing)
    came = arrival("One more thing.", received=NOW - timedelta(days=1))

    def file_it() -> None:
        with transaction.atomic():
            assert continue_ticket(Ticket.objects.get(pk=ticket.pk), came)
            meeting.wait()
            wait_until_somebody_waits()
            save_message(draft_message(ticket, came), came)

    def press_it() -> None:
        meeting.wait()
        if press == "close":
            close_ticket(ticket, by=alice, now=NOW, seen=1)
        else:
            answer_ticket(ticket, "Done.", by=alice, now=NOW, shown=Shown(Way.WAITS, seen=1))

    _, refusal = at_once(file_it, press_it)
    assert isinstance(refusal, MessageCame)
    row = Ticket.objects.get()
    assert (row.state, row.waiting_since) == ("open", NOW)
    assert not Message.objects.filter(kind="outbound").exists()


def test_a_button_pressed_twice_at_once_is_one_answer(
    signing: Queue, alice: User, meeting: threading.Barrier
) -> None:
    ticket, identity = opened(signing), uuid4()

    def press_it() -> object:
        meeting.wait()
        return answer_ticket(ticket, "Done.", by=alice, now=NOW, shown=Shown(Way.WAITS, identity, seen=1))

    assert {type(result) for result in at_once(press_it, press_it)} == {Message, AlreadyDone}
    assert Message.objects.filter(kind="outbound").count() == 1


def test_of_two_that_mail_one_ciphertext_at_once_one_is_the_thief(
    queue: Queue, meeting: threading.Barrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meet(point: str) -> None:
        if point == "file-before-commit":
            meeting.wait()

    monkeypatch.setattr(filing, "fault_point", meet)
    sealed: dict[str, Any] = {"encryption": Encryption.OK, "replay_material": b"the sealed packet"}
    letters = [letter(**sealed), letter(sender=OTTO, **sealed)]
    at_once(*(partial(file, one) for one in letters))
    assert sorted(Message.objects.values_list("replayed", flat=True)) == [False, True]


def test_the_key_of_a_person_whose_last_tickets_go_at_once_goes_with_the_next_purge(
    queue: Queue, meeting: threading.Barrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meet(point: str) -> None:
        if point == "forget-before-commit":
            meeting.wait()

    tickets = [opened(queue, closed=NOW) for _ in range(2)]
    know_key()
    monkeypatch.setattr(forget, "fault_point", meet)
    options: dict[str, Any] = {"rule": Tombstone.Rule.CLOSED_LONG_AGO, "now": NOW, "closed_by": NOW}
    at_once(*(partial(forget_ticket, one, **options) for one in tickets))
    assert not Ticket.objects.exists()
    assert PublicKey.objects.count() == 1
    assert forget_stray_keys() == 1
    assert not PublicKey.objects.exists()
