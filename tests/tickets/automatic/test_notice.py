"""Without a key an answer waits, and the requester is told once; in clear it goes only where nothing forbids it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.models import User
from tests.tickets.cases import NOW, arrival, know_key, opened, received
from tickets.actions.answer import Shown, answer_ticket, send_again
from tickets.actions.errors import WayChanged
from tickets.actions.hold_back import hold_back
from tickets.actions.receive import continue_ticket
from tickets.mail import send
from tickets.models import AutomaticText, Event, Message, Outgoing, Queue, Ticket
from tickets.travel import Way, travel_of

State, Kind = Outgoing.State, Outgoing.Kind
WithoutKey = Queue.WithoutKey

pytestmark = pytest.mark.django_db


def answer(ticket: Ticket, by: User, way: Way = Way.WAITS) -> Outgoing:
    message = answer_ticket(ticket, "Try this.", by=by, now=NOW, shown=Shown(way))
    return Outgoing.objects.get(message=message)


def told() -> list[str]:
    return list(Outgoing.objects.exclude(kind=Kind.ANSWER).values_list("kind", flat=True))


def policy(queue: Queue, without_key: WithoutKey) -> None:
    queue.without_key = without_key
    queue.save()


@pytest.mark.parametrize(
    ("without_key", "encryption", "way"),
    [
        (WithoutKey.WAIT, "ok", Way.WAITS),
        (WithoutKey.ASK, "ok", Way.WAITS),
        (WithoutKey.PLAIN, "ok", Way.WAITS),
        (WithoutKey.PLAIN, "partial", Way.WAITS),
        (WithoutKey.WAIT, "none", Way.WAITS),
        (WithoutKey.ASK, "none", Way.WAITS),
        (WithoutKey.PLAIN, "none", Way.CLEAR),
    ],
)
def test_the_policy_of_the_queue_decides(
    signing: Queue, without_key: WithoutKey, encryption: str, way: Way, alice: User
) -> None:
    policy(signing, without_key)
    ticket = opened(signing, encryption=encryption)
    assert travel_of(ticket, now=NOW).way is way
    if way is Way.WAITS:
        with pytest.raises(WayChanged):
            answer(ticket, alice, Way.CLEAR)
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(
    ("without_key", "kind", "event"),
    [
        (WithoutKey.WAIT, Kind.NOTICE, Event.Kind.NOTICED),
        (WithoutKey.ASK, Kind.KEY_REQUEST, Event.Kind.KEY_ASKED),
        (WithoutKey.PLAIN, Kind.NOTICE, Event.Kind.NOTICED),
    ],
)
def test_who_waits_for_an_answer_is_told_or_asked(
    signing: Queue, without_key: WithoutKey, kind: str, event: Event.Kind, alice: User
) -> None:
    policy(signing, without_key)
    ticket = opened(signing)
    answer(ticket, alice)
    assert told() == [kind]
    assert ticket.events.filter(kind=event).count() == 1


def test_once_for_all_answers_that_wait(signing: Queue, alice: User) -> None:
    ticket = opened(signing)
    for _ in range(3):
        answer(ticket, alice)
    assert told() == [Kind.NOTICE]


def test_again_when_another_waits_later(signing: Queue, alice: User) -> None:
    ticket = opened(signing)
    answer(ticket, alice)
    Message.objects.filter(kind=Message.Kind.OUTBOUND).delete()  # As when it has gone.
    answer(ticket, alice)
    assert told() == [Kind.NOTICE, Kind.NOTICE]


def test_nobody_is_told_of_what_goes_at_once(signing: Queue, alice: User) -> None:
    know_key()
    answer(opened(signing), alice, Way.ENCRYPTED)
    answer(opened(signing, encryption="none", address="ana@user.example"), alice, Way.CLEAR)
    assert told() == []


def test_a_machine_is_not_told(signing: Queue, alice: User) -> None:
    answer(opened(signing, machine="list"), alice)
    answer(opened(signing, address="noreply@user.example"), alice)
    assert told() == []


@pytest.mark.parametrize(("encryption", "language"), [("ok", "en"), ("none", "fa")])
def test_the_language_of_what_came_encrypted_is_not_given_away(
    signing: Queue, alice: User, encryption: str, language: str
) -> None:
    policy(signing, WithoutKey.WAIT)
    for code in ("en", "fa"):
        AutomaticText.objects.create(queue=signing, kind="notice", language=code, text=code, changed=NOW)
    answer(opened(signing, encryption=encryption, language="fa"), alice)
    assert Message.objects.select_related("ticket__key").get(kind="automatic").text == language


class TestWhatCameEncryptedMeanwhile:
    """An answer in clear was approved, and has not left when something comes encrypted."""

    @pytest.fixture
    def approved(self, signing: Queue, alice: User, monkeypatch: pytest.MonkeyPatch) -> Outgoing:
        ticket = opened(signing, encryption="none")
        outgoing = answer(ticket, alice, Way.CLEAR)
        later = arrival(encryption="ok", received=NOW + timedelta(minutes=1))
        assert continue_ticket(ticket, later)
        received(ticket, later)

        def hand_over(*arguments: object) -> None:
            raise AssertionError("it left")

        monkeypatch.setattr(send, "hand_over", hand_over)
        return outgoing

    @pytest.mark.parametrize("state", [State.APPROVED, State.RETRY])
    def test_it_waits_and_they_are_told(self, approved: Outgoing, state: str) -> None:
        Outgoing.objects.filter(pk=approved.pk).update(state=state)
        send.send_outgoing(approved.pk)
        row = Outgoing.objects.select_related("message__ticket__key").get(pk=approved.pk)
        assert (row.state, row.rendered, row.not_before) == (State.WAITING, b"", None)
        assert told() == [Kind.NOTICE]
        assert not Event.objects.filter(kind__in=[Event.Kind.SENT, Event.Kind.NOT_SENT]).exists()

    def test_a_person_who_has_it_sent_again_has_it_wait(self, approved: Outgoing, alice: User) -> None:
        Outgoing.objects.filter(pk=approved.pk).update(state=State.FAILED)
        send_again(approved, by=alice, now=NOW)
        send.send_outgoing(approved.pk)
        assert Outgoing.objects.get(pk=approved.pk).state == State.WAITING

    def test_a_sender_that_is_no_longer_its_own_holds_nothing_back(self, approved: Outgoing) -> None:
        Outgoing.objects.filter(pk=approved.pk).update(state=State.SENDING, attempts=5)
        approved.attempts = 4
        hold_back(approved, now=NOW)
        assert Outgoing.objects.get(pk=approved.pk).state == State.SENDING
        assert told() == []
