"""Answers that wait for a key: a letter of the same ticket brings it, a letter elsewhere does not."""

from __future__ import annotations

import pytest

from crypto.verdict import Encryption
from helpdesk.models import User
from tests.keyrings import BOB, CAROL, certificate
from tests.mail.letters import file, letter
from tickets.actions.answer import Shown, answer_ticket
from tickets.mail.letter import OfferedKey
from tickets.models import Message, Outgoing, Ticket
from tickets.travel import Way

BOBS_ADDRESS = "bob@user.example"
BOBS_KEY = OfferedKey(BOB, "attachment", certificate("bob"))

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For which tickets the workers were told to release."""
    heard: list[str] = []

    def hear(task: str, identity: object) -> None:
        if task == "release_waiting":
            heard.append(str(identity))

    monkeypatch.setattr("tickets.mail.file.enqueue", hear)
    return heard


@pytest.fixture
def waiting(alice: User) -> Ticket:
    """Bob asked without a key, and was answered."""
    ticket = file(letter(sender=BOBS_ADDRESS, encryption=Encryption.OK, message_id="one@user.example")).ticket
    answer_ticket(ticket, "Wait.", by=alice, shown=Shown(Way.WAITS), now=ticket.created)
    return ticket


def _writes(*keys: OfferedKey, into: str = "", **more: object) -> Message:
    given = {
        "sender": BOBS_ADDRESS,
        "encryption": Encryption.OK,
        "references": (into,) if into else (),
        **more,
    }
    return file(letter(**given), keys=keys)  # type: ignore[arg-type]  # the fields of a letter


def _may_go(ticket: Ticket) -> bool:
    return Outgoing.objects.get(message__ticket=ticket, kind="answer").not_before is not None


def test_a_key_in_a_letter_of_the_ticket_lets_the_answer_go(waiting: Ticket, told: list[str]) -> None:
    assert _writes(BOBS_KEY, into="one@user.example").ticket == waiting
    assert _may_go(waiting)
    assert told == [str(waiting.pk)]


def test_a_key_in_a_ticket_of_its_own_does_not(waiting: Ticket, told: list[str]) -> None:
    """Anybody can write under Bob's address, with a key of their own."""
    assert _writes(BOBS_KEY).ticket != waiting
    assert not _may_go(waiting)
    assert str(waiting.pk) not in told


def test_a_letter_of_the_ticket_without_the_key_does_not(waiting: Ticket) -> None:
    _writes(BOBS_KEY)
    assert _writes(into="one@user.example").ticket == waiting
    assert not _may_go(waiting)


def test_another_key_than_the_one_in_use_does_not(waiting: Ticket) -> None:
    _writes(OfferedKey(CAROL, "report", certificate("carol")))
    assert _writes(BOBS_KEY, into="one@user.example").ticket == waiting
    assert not _may_go(waiting)


def test_a_key_in_clear_does_not(waiting: Ticket) -> None:
    _writes(BOBS_KEY)
    assert _writes(BOBS_KEY, into="one@user.example", encryption=Encryption.NONE).ticket == waiting
    assert not _may_go(waiting)
