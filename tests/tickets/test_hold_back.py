"""An approved answer that may not leave any more waits, and one that has not left can be taken back."""

from __future__ import annotations

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from crypto.models import PublicKey
from helpdesk.models import User
from tests.keyrings import BOB
from tests.tickets.cases import NOW, REQUESTER, arrival, know_key, opened, received
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.draft import save_draft
from tickets.actions.errors import NotPossibleNow
from tickets.actions.hold_back import take_back
from tickets.actions.keys.confirm_key import confirm_key
from tickets.actions.keys.retire_key import retire_key
from tickets.mail.send import send_outgoing
from tickets.models import Draft, Event, Message, Outgoing, Queue, Ticket
from tickets.travel import Way

State = Outgoing.State
LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(tmp_path: Path, settings: LazySettings) -> mailbox.Maildir:
    settings.MAIL_OUT = f"maildir://{tmp_path / 'outbox'}"
    return mailbox.Maildir(tmp_path / "outbox")


@pytest.fixture
def ticket(signing: Queue) -> Ticket:
    ticket = opened(signing)
    know_key(origin=ticket.messages.get())
    return ticket


@pytest.fixture
def approved(ticket: Ticket, alice: User, outbox: mailbox.Maildir) -> Outgoing:
    """An answer, encrypted to the key that Bob has now."""
    message = answer_ticket(ticket, "Press F12.", by=alice, shown=Shown(Way.ENCRYPTED), now=NOW)
    return Outgoing.objects.get(message=message)


def _sent(outgoing: Outgoing, outbox: mailbox.Maildir) -> tuple[int, str]:
    send_outgoing(outgoing.pk)
    outgoing.refresh_from_db()
    return len(outbox), outgoing.state


def _kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.values_list("kind", flat=True))


def test_while_its_key_is_in_use_it_is_sent(approved: Outgoing, outbox: mailbox.Maildir) -> None:
    assert _sent(approved, outbox) == (1, State.SENT)


def test_a_key_that_expired_since_stops_nothing(approved: Outgoing, outbox: mailbox.Maildir) -> None:
    PublicKey.objects.update(expires=NOW)
    assert _sent(approved, outbox) == (1, State.SENT)


def test_a_key_that_was_retired_since_gets_nothing(
    approved: Outgoing, ticket: Ticket, alice: User, outbox: mailbox.Maildir
) -> None:
    retire_key(ticket, BOB, by=alice, now=LATER)
    assert _sent(approved, outbox) == (0, State.WAITING)
    assert (approved.rendered, approved.fingerprint) == (b"", "")
    assert Event.Kind.HELD_BACK in _kinds(ticket)
    assert Message.objects.filter(kind="automatic").count() == 1


def test_a_key_that_was_found_revoked_gets_nothing(approved: Outgoing, outbox: mailbox.Maildir) -> None:
    PublicKey.objects.update(state=PublicKey.State.UNUSABLE, trouble="revoked")
    assert _sent(approved, outbox) == (0, State.WAITING)


def test_a_key_that_was_replaced_gets_nothing(
    approved: Outgoing, ticket: Ticket, alice: User, outbox: mailbox.Maildir
) -> None:
    other = know_key("carol", origin=ticket.messages.earliest("created"))
    confirm_key(ticket, other, by=alice, now=LATER)
    assert _sent(approved, outbox) == (0, State.WAITING)


def test_a_different_key_that_must_be_compared_stops_it(
    approved: Outgoing, ticket: Ticket, outbox: mailbox.Maildir
) -> None:
    know_key("carol", origin=ticket.messages.earliest("created"))
    assert _sent(approved, outbox) == (0, State.WAITING)


def test_a_ticket_that_turns_out_to_be_a_thiefs_gets_nothing_not_even_a_notice(
    approved: Outgoing, ticket: Ticket, outbox: mailbox.Maildir
) -> None:
    received(ticket, arrival("Stolen.", received=LATER, replayed=True))
    assert _sent(approved, outbox) == (0, State.WAITING)
    assert not Message.objects.filter(kind="automatic").exists()


def test_automatic_mail_is_not_held_back(approved: Outgoing, ticket: Ticket, outbox: mailbox.Maildir) -> None:
    Outgoing.objects.update(kind=Outgoing.Kind.NOTICE)
    PublicKey.objects.update(state=PublicKey.State.RETIRED)
    assert _sent(approved, outbox) == (1, State.SENT)


@pytest.mark.parametrize("state", [State.APPROVED, State.RETRY, State.WAITING])
def test_what_was_not_handed_over_becomes_a_draft_again(
    approved: Outgoing, ticket: Ticket, bob: User, alice: User, outbox: mailbox.Maildir, state: str
) -> None:
    Outgoing.objects.update(state=state)
    take_back(approved, by=bob, now=LATER)
    draft = Draft.objects.get()
    assert (draft.author, draft.text) == (alice, "Press F12.")
    assert not Outgoing.objects.exists()
    ticket.refresh_from_db()
    assert ticket.waiting_since == NOW
    assert _kinds(ticket)[-1] == Event.Kind.TAKEN_BACK
    send_outgoing(approved.pk)
    assert len(outbox) == 0


def test_what_its_author_has_begun_since_is_kept_below_it(
    approved: Outgoing, ticket: Ticket, alice: User
) -> None:
    save_draft(ticket, "And one thing more.", by=alice, now=LATER)
    take_back(approved, by=alice, now=LATER)
    assert Draft.objects.get().text == "Press F12.\n\nAnd one thing more."


def test_an_earlier_answer_still_answers_what_came_before_it(
    approved: Outgoing, ticket: Ticket, alice: User
) -> None:
    second = answer_ticket(ticket, "Or F2.", by=alice, shown=Shown(Way.ENCRYPTED), now=LATER)
    take_back(Outgoing.objects.get(message=second), by=alice, now=LATER)
    ticket.refresh_from_db()
    assert ticket.waiting_since is None


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.FAILED, State.UNKNOWN])
def test_what_was_handed_over_cannot_be_taken_back(approved: Outgoing, alice: User, state: str) -> None:
    Outgoing.objects.update(state=state)
    with pytest.raises(NotPossibleNow):
        take_back(approved, by=alice, now=LATER)
    assert Outgoing.objects.get().state == state
    assert not Draft.objects.exists()


def test_only_the_key_of_the_same_address_counts(approved: Outgoing, outbox: mailbox.Maildir) -> None:
    PublicKey.objects.all().update(state=PublicKey.State.RETIRED)
    know_key("bob", address=f"other.{REQUESTER}")
    assert _sent(approved, outbox) == (0, State.WAITING)
