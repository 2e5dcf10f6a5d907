"""Answers that waited for a key go off when it is there, once, and encrypted to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from crypto import keys
from crypto.models import PublicKey
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.keyrings import BOB, CAROL
from tests.tickets.cases import NOW, arrival, know_key, opened, received
from tickets.actions import answer
from tickets.actions.answer import Shown, allow_release, answer_ticket, release_waiting
from tickets.actions.errors import CannotBeAnswered, NotPossibleNow
from tickets.actions.keys.confirm_key import confirm_key
from tickets.mail.letter import Sealed
from tickets.mail.open import open_mail
from tickets.models import Event, Message, Outgoing, Queue, Ticket
from tickets.travel import Way

LATER = NOW + timedelta(days=4)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(signing: Queue, alice: User) -> Ticket:
    """Two answers wait for Bob's key."""
    ticket = opened(signing)
    for text in ("First.", "Second."):
        answer_ticket(ticket, text, by=alice, shown=Shown(Way.WAITS), now=NOW)
    Message.objects.filter(kind="automatic").delete()  # That it waits was said.
    return ticket


def _release(ticket: Ticket) -> int:
    """As when a key comes in a letter of the ticket."""
    allow_release(ticket, now=LATER)
    return release_waiting(ticket, now=LATER)


def _states() -> list[str]:
    return sorted(Outgoing.objects.filter(kind="answer").values_list("state", flat=True))


def test_all_that_waited_are_sent_off(ticket: Ticket, bob_home: Path, told: list[tuple[str, str]]) -> None:
    know_key()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert _release(ticket) == 2
    assert _states() == ["approved", "approved"]
    keyring = SecretKeyring(bob_home)
    texts = [_text(outgoing, keyring) for outgoing in Outgoing.objects.order_by("message__created", "pk")]
    assert sorted(texts) == ["First.", "Second."]
    assert {outgoing.fingerprint for outgoing in Outgoing.objects.all()} == {BOB}
    assert sorted(told) == sorted(("send", str(pk)) for pk in Outgoing.objects.values_list("pk", flat=True))


def _text(outgoing: Outgoing, keyring: SecretKeyring) -> str:
    opened_mail = open_mail(Sealed(outgoing.rendered), keyring, lambda address: ())
    assert opened_mail.content is not None
    return next(word for word in ("First.", "Second.") if word.encode() in opened_mail.content)


def test_a_key_that_came_elsewhere_releases_nothing(ticket: Ticket) -> None:
    """Anybody can write under this address in a ticket of their own, with a key of their own."""
    know_key()
    assert release_waiting(ticket, now=LATER) == 0
    assert _states() == ["waiting", "waiting"]


def test_a_key_that_cannot_be_encrypted_to_is_said_once_and_holds_up_nobody(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_key()
    first, second = Outgoing.objects.order_by("pk")
    render = answer._render_encrypted

    def fail_at_the_first(message: Message, *arguments: object) -> bytes:
        if message.pk == first.message_id:
            raise CannotBeAnswered
        return render(message, *arguments)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(answer, "_render_encrypted", fail_at_the_first)
    assert [_release(ticket), release_waiting(ticket, now=LATER)] == [1, 0]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.not_before, second.state) == ("waiting", None, "approved")
    assert Event.objects.filter(kind=Event.Kind.KEY_UNUSABLE).count() == 1


def test_what_an_agent_confirmed_releases_in_all_tickets_of_this_person(
    ticket: Ticket, signing: Queue, alice: User
) -> None:
    other, stranger = opened(signing), opened(signing, address="carol@user.example")
    for each in (other, stranger):
        answer_ticket(each, "Third.", by=alice, shown=Shown(Way.WAITS), now=NOW)
    Message.objects.filter(kind="automatic").delete()  # That it waits was said.
    allow_release(ticket, now=LATER, confirmed=True)
    marked = set(Outgoing.objects.released(LATER).values_list("message__ticket", flat=True))
    assert marked == {ticket.pk, other.pk}


def test_their_time_to_be_sent_begins_now(ticket: Ticket) -> None:
    know_key()
    _release(ticket)
    assert set(Outgoing.objects.values_list("approved", flat=True)) == {LATER}


def test_without_a_key_they_go_on_waiting(ticket: Ticket) -> None:
    assert _release(ticket) == 0
    know_key(encrypted=False)
    assert _release(ticket) == 0
    assert _states() == ["waiting", "waiting"]


def test_a_key_of_somebody_else_releases_nothing(ticket: Ticket) -> None:
    know_key("carol", address="carol@user.example")
    assert _release(ticket) == 0


def test_with_two_different_keys_they_go_on_waiting(ticket: Ticket) -> None:
    know_key("bob")
    know_key("carol")
    assert _release(ticket) == 0


def test_a_replayed_mail_holds_them_back(ticket: Ticket) -> None:
    know_key()
    received(ticket, arrival(replayed=True))
    assert _release(ticket) == 0
    assert _states() == ["waiting", "waiting"]


def test_released_twice_they_are_sent_once(ticket: Ticket, told: list[tuple[str, str]]) -> None:
    know_key()
    _release(ticket)
    Outgoing.objects.update(state=Outgoing.State.SENT)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert _release(ticket) == 0
    assert _states() == ["sent", "sent"]
    assert told == []


def test_two_that_release_at_once_send_once(
    ticket: Ticket, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one has released, and even sent, while this one rendered."""
    know_key()
    render = answer._render_encrypted

    def render_slowly(*arguments: object) -> bytes:
        rendered = render(*arguments)  # type: ignore[arg-type]  # whatever it takes
        for row in Outgoing.objects.all():
            row.rendered, row.state = b"sent by the other", Outgoing.State.SENT
            row.save()
        return rendered

    monkeypatch.setattr(answer, "_render_encrypted", render_slowly)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert _release(ticket) == 0
    assert _states() == ["sent", "sent"]
    assert {row.rendered for row in Outgoing.objects.all()} == {b"sent by the other"}
    assert told == []


def test_answers_of_other_tickets_are_not_touched(ticket: Ticket, signing: Queue, alice: User) -> None:
    other = opened(signing, address="carol@user.example")
    answer_ticket(other, "To Carol.", by=alice, shown=Shown(Way.WAITS), now=NOW)
    know_key()
    _release(ticket)
    assert _states() == ["approved", "approved", "waiting"]


def test_an_agent_who_confirms_a_key_releases_what_waited(
    ticket: Ticket, alice: User, told: list[tuple[str, str]]
) -> None:
    know_key(encrypted=False)
    with TestCase.captureOnCommitCallbacks(execute=True):
        confirm_key(ticket, BOB, by=alice, now=LATER)
    assert told == [("release_waiting", str(ticket.pk))]
    assert Outgoing.objects.released(LATER).count() == 2
    event = Event.objects.get(kind=Event.Kind.KEY_CONFIRMED)
    assert (event.by, event.at, event.ticket) == (alice, LATER, ticket)
    assert keys.choose_key(ticket.requester_address, now=LATER).fingerprint == BOB


def test_confirming_one_of_two_keys_retires_the_other(ticket: Ticket, alice: User) -> None:
    know_key("bob")
    know_key("carol")
    confirm_key(ticket, CAROL, by=alice, now=LATER)
    assert keys.choose_key(ticket.requester_address, now=LATER).fingerprint == CAROL
    states = {row.fingerprint: row.state for row in PublicKey.objects.all()}
    assert states == {BOB: "retired", CAROL: "in_use"}


@pytest.mark.parametrize("fingerprint", ["F" * 40, "", CAROL])
def test_a_key_that_is_not_known_for_this_person_cannot_be_confirmed(
    ticket: Ticket, alice: User, fingerprint: str
) -> None:
    know_key("carol", address="carol@user.example")
    with pytest.raises(NotPossibleNow):
        confirm_key(ticket, fingerprint, by=alice, now=LATER)
    assert not Event.objects.filter(kind=Event.Kind.KEY_CONFIRMED).exists()


def test_a_ticket_of_nobody_has_no_key_to_confirm(signing: Queue, alice: User) -> None:
    know_key()
    with pytest.raises(NotPossibleNow):
        confirm_key(opened(signing, address=""), BOB, by=alice, now=LATER)


def test_the_row_is_locked_while_it_is_looked_at(ticket: Ticket) -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has one writer at a time")
    know_key()
    with CaptureQueriesContext(connection) as asked:
        _release(ticket)
    assert sum("FOR UPDATE" in query["sql"] for query in asked) == 2
