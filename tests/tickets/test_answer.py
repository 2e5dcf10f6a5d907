"""Answers leave as their author was shown, and what came in protected never leaves in clear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import TestCase

from crypto.models import PublicKey
from crypto.vault import digest
from helpdesk.models import User
from tests.keyrings import BOB
from tests.tickets.cases import NOW, REQUESTER, arrival, know_key, opened, received
from tickets.actions.answer import Shown, answer_ticket, send_again
from tickets.actions.draft import save_draft
from tickets.actions.errors import CannotBeAnswered, KeyTrouble, NotPossibleNow, WayChanged
from tickets.models import Draft, Event, Message, Outgoing, Queue, Ticket
from tickets.travel import Travel, Way

SOON = NOW + timedelta(minutes=5)

pytestmark = pytest.mark.django_db


def _answer(ticket: Ticket, way: Way, by: User, text: str = "Try the spare kernel.") -> Message:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return answer_ticket(ticket, text, by=by, shown=Shown(way), now=SOON)


def test_an_answer_is_written_down_with_its_mail(
    signing: Queue, alice: User, told: list[tuple[str, str]]
) -> None:
    know_key()
    ticket = opened(signing)
    save_draft(ticket, "Try the", by=alice, now=NOW)
    message = _answer(ticket, Way.ENCRYPTED, alice)

    message = Message.objects.get(pk=message.pk)
    assert (message.kind, message.author, message.text) == ("outbound", alice, "Try the spare kernel.")
    assert (message.encryption, message.signature) == ("ok", "valid")
    assert message.message_id_digest == digest("message-id", message.message_id.strip("<>"))
    outgoing = Outgoing.objects.get()
    assert (outgoing.state, outgoing.recipient, outgoing.sender) == (
        "approved",
        REQUESTER,
        "desk@desk.example",
    )
    assert outgoing.fingerprint == BOB
    assert outgoing.approved == SOON
    assert told == [("send", str(outgoing.pk))]


def test_answering_says_that_nobody_waits_any_more(signing: Queue, alice: User) -> None:
    ticket = opened(signing, encryption="none")
    _answer(ticket, Way.CLEAR, alice)
    ticket.refresh_from_db()
    assert ticket.waiting_since is None
    assert ticket.updated == SOON
    event = Event.objects.get(kind=Event.Kind.ANSWERED)
    assert (event.by, event.at, event.ticket) == (alice, SOON, ticket)


def test_only_the_authors_own_draft_of_this_ticket_is_deleted(signing: Queue, alice: User, bob: User) -> None:
    ticket, other = opened(signing, encryption="none"), opened(signing)
    save_draft(ticket, "mine", by=alice, now=NOW)
    save_draft(ticket, "Bob's", by=bob, now=NOW)
    save_draft(other, "of another", by=alice, now=NOW)
    _answer(ticket, Way.CLEAR, alice)
    assert sorted(draft.text for draft in Draft.objects.all()) == ["Bob's", "of another"]


def test_without_a_key_the_answer_waits(signing: Queue, alice: User, told: list[tuple[str, str]]) -> None:
    _answer(opened(signing), Way.WAITS, alice)
    outgoing = Outgoing.objects.get(kind="answer")
    assert (outgoing.state, outgoing.rendered, outgoing.fingerprint) == ("waiting", b"", "")
    assert ("send", str(outgoing.pk)) not in told
    assert Message.objects.get(kind="outbound").encryption == "ok"


def test_in_clear_only_when_nothing_ever_came_protected(signing: Queue, alice: User) -> None:
    _answer(opened(signing, encryption="none"), Way.CLEAR, alice)
    outgoing = Outgoing.objects.get()
    assert outgoing.state == "approved"
    assert outgoing.fingerprint == ""
    assert b"Try the spare kernel." in outgoing.rendered
    assert Message.objects.get(kind="outbound").encryption == "none"


@pytest.mark.parametrize("encryption", ["ok", "partial", "no_key", "refused"])
def test_a_protected_ticket_never_goes_in_clear(signing: Queue, alice: User, encryption: str) -> None:
    ticket = opened(signing, encryption=encryption)
    with pytest.raises(WayChanged):
        _answer(ticket, Way.CLEAR, alice)
    assert not Outgoing.objects.exists()


def test_what_came_protected_while_the_answer_was_written_stops_it(signing: Queue, alice: User) -> None:
    ticket = opened(signing, encryption="none")
    Ticket.objects.update(protected=True)
    with pytest.raises(WayChanged):
        _answer(ticket, Way.CLEAR, alice)
    assert not Outgoing.objects.exists()
    assert not Message.objects.filter(kind="outbound").exists()
    assert Ticket.objects.get().waiting_since == NOW


@pytest.mark.parametrize("shown", [Way.WAITS, Way.CLEAR])
def test_a_way_that_is_not_the_one_shown_is_refused(signing: Queue, alice: User, shown: Way) -> None:
    know_key()
    ticket = opened(signing)
    save_draft(ticket, "kept", by=alice, now=NOW)
    with pytest.raises(WayChanged):
        _answer(ticket, shown, alice)
    assert Draft.objects.get().text == "kept"
    assert not Event.objects.filter(kind=Event.Kind.ANSWERED).exists()


def test_a_key_lost_at_the_last_moment_changes_the_way(
    signing: Queue, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_key()
    ticket = opened(signing)
    monkeypatch.setattr("tickets.actions.answer.travel_of", lambda ticket, now: Travel(Way.ENCRYPTED))
    with pytest.raises(WayChanged):
        _answer(ticket, Way.ENCRYPTED, alice)


def test_a_key_that_cannot_be_encrypted_to_stops_the_answer(signing: Queue, alice: User) -> None:
    know_key()
    key = PublicKey.objects.get()
    key.certificate = b"not a certificate"
    key.save()
    with pytest.raises(CannotBeAnswered):
        _answer(opened(signing), Way.ENCRYPTED, alice)
    assert not Outgoing.objects.exists()


def test_without_the_desks_key_nothing_is_written(signing: Queue, alice: User) -> None:
    signing.fingerprint = "B" * 40
    signing.save()
    for encryption, way in (("none", Way.CLEAR), ("none", Way.ENCRYPTED)):
        if way is Way.ENCRYPTED:
            know_key()
        with pytest.raises(KeyTrouble):
            _answer(opened(signing, encryption=encryption), way, alice)
    assert not Message.objects.filter(kind="outbound").exists()


@pytest.mark.parametrize("way", list(Way))
def test_nobody_is_answered_on_no_way(signing: Queue, alice: User, way: Way) -> None:
    with pytest.raises(CannotBeAnswered):
        _answer(opened(signing, address=""), way, alice)


def test_a_replayed_mail_is_not_answered(signing: Queue, alice: User) -> None:
    know_key()
    ticket = opened(signing)
    received(ticket, arrival(replayed=True))
    with pytest.raises(CannotBeAnswered):
        _answer(ticket, Way.ENCRYPTED, alice)


def test_a_ticket_that_is_being_forgotten_takes_no_answer(signing: Queue, alice: User) -> None:
    ticket = opened(signing, encryption="none")
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    with pytest.raises(NotPossibleNow):
        _answer(ticket, Way.CLEAR, alice)
    assert not Message.objects.filter(kind="outbound").exists()


@pytest.fixture
def outgoing(signing: Queue, alice: User) -> Outgoing:
    _answer(opened(signing, encryption="none"), Way.CLEAR, alice)
    Outgoing.objects.update(attempts=7, not_before=SOON, lease_until=SOON)
    return Outgoing.objects.get()


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_what_failed_may_be_sent_again(
    outgoing: Outgoing, alice: User, state: str, told: list[tuple[str, str]]
) -> None:
    Outgoing.objects.update(state=state)
    now = SOON + timedelta(days=5)
    with TestCase.captureOnCommitCallbacks(execute=True):
        send_again(outgoing, by=alice, now=now)
    row = Outgoing.objects.get()
    assert (row.state, row.attempts, row.not_before, row.lease_until) == ("approved", 7, None, None)
    assert row.approved == now
    assert row.rendered == outgoing.rendered
    assert Event.objects.get(kind=Event.Kind.RESENT).by == alice
    assert told == [("send", str(row.pk))]


@pytest.mark.parametrize("state", ["waiting", "approved", "sending", "sent", "retry"])
def test_nothing_else_is_sent_again(outgoing: Outgoing, alice: User, state: str) -> None:
    Outgoing.objects.update(state=state)
    with pytest.raises(NotPossibleNow):
        send_again(outgoing, by=alice, now=SOON)
    assert Outgoing.objects.get().state == state
    assert not Event.objects.filter(kind=Event.Kind.RESENT).exists()


def test_what_a_person_sends_again_is_sent_once(outgoing: Outgoing, alice: User) -> None:
    Outgoing.objects.update(state="unknown")
    send_again(outgoing, by=alice, now=SOON)
    with pytest.raises(NotPossibleNow):
        send_again(outgoing, by=alice, now=SOON)
