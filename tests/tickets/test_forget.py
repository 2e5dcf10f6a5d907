"""What is left of a ticket that was forgotten: a tombstone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crypto.models import PublicKey, SealKey
from crypto.vault import blob_store, digest
from helpdesk.models import User
from tests.tickets.cases import NOW, arrival, first_message, know_key, opened, received
from tickets.actions import forget
from tickets.actions.draft import save_draft
from tickets.actions.forget import forget_incoming, forget_stray_keys, forget_ticket
from tickets.mail.keep import Origin, keep_mail
from tickets.models import Attachment, Draft, Event, Incoming, Message, Outgoing, Queue, Ticket, Tombstone

LATER = NOW + timedelta(days=100)
RULE = Tombstone.Rule.CLOSED_LONG_AGO

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As if by kill -9."""


def _die_at(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault_point(name: str) -> None:
        if name == point:
            raise Killed

    monkeypatch.setattr(forget, "fault_point", fault_point)


def test_nothing_of_it_is_left_but_a_tombstone(queue: Queue, alice: User) -> None:
    ticket = opened(queue, closed=NOW, files=2)
    save_draft(ticket, "Dear Bob", by=alice, now=NOW)
    Outgoing.objects.create(
        message=first_message(ticket), state="waiting", recipient="x", sender="y", approved=NOW
    )
    assert forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    for model in (Ticket, Message, Attachment, Draft, Event, Outgoing, SealKey):
        assert not model._default_manager.exists(), model
    assert list(blob_store().names()) == []
    tombstone = Tombstone.objects.get()
    assert (tombstone.forgotten, tombstone.rule) == (LATER, "closed")
    assert tombstone.number_digest == digest("ticket-number", ticket.number)
    assert ticket.number not in tombstone.number_digest


def test_other_tickets_are_not_touched(queue: Queue) -> None:
    other = opened(queue, files=1)
    forget_ticket(opened(queue, closed=NOW, files=1), rule=RULE, now=LATER, closed_by=NOW)
    assert Ticket.objects.get().subject == "Black screen"
    assert first_message(other).attachments.get().read() == b"image"
    assert first_message(other).text == "It does not start."


@pytest.mark.parametrize("point", ["forget-locked", "forget-before-commit"])
def test_killed_on_the_way_it_is_finished_by_the_next_run(
    queue: Queue, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = opened(queue, closed=NOW)
    _die_at(point, monkeypatch)
    with pytest.raises(Killed):
        forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert Ticket.objects.get().state == Ticket.State.FORGETTING
    assert SealKey.objects.get().read_blob(first_message(ticket).raw_blob) == b"raw mail"
    monkeypatch.undo()
    assert forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert not Ticket.objects.exists()
    assert list(blob_store().names()) == []
    assert Tombstone.objects.count() == 1


def test_a_ticket_that_was_opened_again_is_not_forgotten(queue: Queue) -> None:
    stale = opened(queue, closed=NOW)
    Ticket.objects.update(state=Ticket.State.OPEN, closed=None)
    assert not forget_ticket(stale, rule=RULE, now=LATER, closed_by=NOW)
    assert Ticket.objects.get().state == Ticket.State.OPEN
    assert not Tombstone.objects.exists()


def test_a_ticket_that_was_opened_and_closed_again_has_its_time_again(queue: Queue) -> None:
    stale = opened(queue, closed=NOW)
    Ticket.objects.update(closed=LATER)
    assert not forget_ticket(stale, rule=RULE, now=LATER, closed_by=NOW)
    assert Ticket.objects.get().state == Ticket.State.CLOSED


def test_a_ticket_that_is_gone_is_not_forgotten_twice(queue: Queue) -> None:
    ticket = opened(queue, closed=NOW)
    assert forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert not forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert Tombstone.objects.count() == 1


def test_a_message_that_comes_in_the_last_moment_goes_too(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = opened(queue, closed=NOW)

    def arrive(point: str) -> None:
        if point == "forget-locked":
            received(ticket, arrival(raw_blob=ticket.key.write_blob(b"late")))

    monkeypatch.setattr(forget, "fault_point", arrive)
    forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert list(blob_store().names()) == []


def test_the_keys_of_a_person_go_with_their_last_ticket(queue: Queue) -> None:
    first, last = opened(queue, closed=NOW), opened(queue, closed=NOW)
    opened(queue, address="carol@user.example")
    know_key("bob")
    know_key("carol", address="carol@user.example")
    forget_ticket(first, rule=RULE, now=LATER, closed_by=NOW)
    assert PublicKey.objects.count() == 2
    forget_ticket(last, rule=RULE, now=LATER, closed_by=NOW)
    assert PublicKey.objects.get().address_digest == Ticket.objects.get().requester_digest


def test_a_ticket_of_nobody_costs_nobody_their_keys(queue: Queue) -> None:
    know_key("bob")
    forget_ticket(opened(queue, closed=NOW, address=""), rule=RULE, now=LATER, closed_by=NOW)
    assert PublicKey.objects.count() == 1


def test_keys_of_people_without_a_ticket_are_swept(queue: Queue) -> None:
    opened(queue, address="carol@user.example")
    know_key("bob")
    know_key("carol", address="carol@user.example")
    assert forget_stray_keys() == 1
    assert PublicKey.objects.get().address_digest == Ticket.objects.get().requester_digest
    assert SealKey.objects.filter(pk=PublicKey.objects.get().key_id).exists()
    assert SealKey.objects.count() == 2
    assert forget_stray_keys() == 0


def test_a_ticket_that_claimed_it_stays(queue: Queue) -> None:
    ticket, other = opened(queue, closed=NOW), opened(queue)
    Ticket.objects.filter(pk=other.pk).update(claims=ticket)
    forget_ticket(ticket, rule=RULE, now=LATER, closed_by=NOW)
    assert Ticket.objects.get().claims is None


def _set_aside() -> Incoming:
    identity = keep_mail(b"a mail that is not for us", Origin("maildir 0"))
    Incoming.objects.update(state=Incoming.State.SET_ASIDE)
    return Incoming.objects.get(pk=identity)


def test_of_a_mail_set_aside_only_the_mark_stays() -> None:
    incoming = _set_aside()
    forget_incoming(incoming)
    row = Incoming.objects.get()
    assert (row.key, row.blob, row.digest) == (None, "", incoming.digest)
    assert not SealKey.objects.exists()
    assert list(blob_store().names()) == []
    with pytest.raises(ValueError, match="no longer"):
        row.read()
    assert keep_mail(b"a mail that is not for us", Origin("maildir 0")) == row.pk


def test_what_was_in_quarantine_has_nothing_left_to_try_again() -> None:
    incoming = _set_aside()
    Incoming.objects.update(state=Incoming.State.QUARANTINED, reason="gave_up")
    forget_incoming(incoming)
    row = Incoming.objects.get()
    assert (row.state, row.reason, row.key) == (Incoming.State.SET_ASIDE, "gave_up", None)


def test_forgetting_it_twice_is_forgetting_it() -> None:
    incoming = _set_aside()
    forget_incoming(incoming)
    forget_incoming(Incoming.objects.get())
    assert Incoming.objects.get().state == Incoming.State.SET_ASIDE


def test_a_mail_that_is_tried_again_meanwhile_is_kept() -> None:
    incoming = _set_aside()
    Incoming.objects.update(state=Incoming.State.NEW)
    forget_incoming(incoming)
    assert Incoming.objects.get().read() == b"a mail that is not for us"
