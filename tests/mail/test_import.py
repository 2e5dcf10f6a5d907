"""`import_mail`: old mail is filed once, silently and in its own time."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from tests.conftest import DESK_ADDRESS
from tests.keyrings import DESK
from tests.mail.letters import OTTO, mail, report
from tests.mail.old_mail import Import, dated, when
from tickets.mail import importing, line
from tickets.mail.file import file_mail
from tickets.mail.importing import ORIGIN
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import Accepted, Sealed
from tickets.models import Ciphertext, Event, Incoming, Message, Outgoing, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
MAILS = Path(__file__).resolve().parents[1] / "mails"


def message_id(raw: bytes) -> str:
    found = re.search(rb"Message-ID: (<[^>]+>)", raw)
    assert found
    return found[1].decode()


def test_old_mail_is_filed_closed_silently_and_in_its_own_time(run_import: Import) -> None:
    before = timezone.now()
    assert "1 filed" in run_import(dated(8))
    ticket, message, incoming = Ticket.objects.get(), Message.objects.get(), Incoming.objects.get()
    assert message.created == ticket.created == when(8)
    assert (ticket.state, ticket.waiting_since) == (Ticket.State.CLOSED, None)
    # It is kept from the day of the import, not forgotten at the next purge.
    assert ticket.closed
    assert ticket.closed >= before
    assert incoming.silent
    assert incoming.state == Incoming.State.FILED
    assert not Outgoing.objects.exists()


def test_a_conversation_comes_in_its_order_wherever_its_mails_lie(run_import: Import) -> None:
    first = dated(8, text="The first.")
    second = dated(9, text="The second.", head=f"References: {message_id(first)}")
    third = dated(10, text="The third.", head=f"References: {message_id(first)} {message_id(second)}")
    run_import(third, second, first)
    ticket = Ticket.objects.get()
    assert [message.text for message in ticket.messages.select_related("ticket__key")] == [
        "The first.", "The second.", "The third.",
    ]  # fmt: skip
    assert (ticket.state, ticket.updated) == (Ticket.State.CLOSED, when(10))
    assert not ticket.events.filter(kind=Event.Kind.REOPENED).exists()


def test_a_reply_by_somebody_else_is_a_ticket_of_its_own(run_import: Import) -> None:
    first = dated(8)
    run_import(first, dated(9, sender=OTTO, head=f"References: {message_id(first)}"))
    assert Ticket.objects.count() == 2


def test_old_mail_changes_nothing_about_a_ticket_that_is_at_work(run_import: Import) -> None:
    raw = mail()
    line.process(keep_mail(raw, Origin("test")))
    ticket = Ticket.objects.get()
    run_import(dated(8, head=f"References: {message_id(raw)}"))
    now = Ticket.objects.get()
    assert now.messages.count() == 2
    assert (now.state, now.waiting_since, now.updated) == (ticket.state, ticket.waiting_since, ticket.updated)


def test_what_happens_to_a_ticket_meanwhile_stands(
    run_import: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail of today that opens the ticket, just before the old one is written, is not closed away by it."""
    first = dated(8)
    run_import(first)

    def overtaken(incoming: Incoming, accepted: Accepted, *, wakes: bool) -> bool:
        Ticket.objects.update(state=Ticket.State.OPEN, closed=None, waiting_since=when(20))
        return file_mail(incoming, accepted, wakes=wakes)

    monkeypatch.setattr(importing, "file_mail", overtaken)
    run_import(dated(9, head=f"References: {message_id(first)}"))
    ticket = Ticket.objects.get()
    assert ticket.messages.count() == 2
    assert (ticket.state, ticket.closed, ticket.waiting_since) == (Ticket.State.OPEN, None, when(20))


def test_it_may_be_left_open_and_put_into_a_queue(run_import: Import) -> None:
    other = Queue.objects.create(slug="old", name="Old", address="old@desk.example", fingerprint=DESK)
    run_import(dated(8), options=("--open", "--queue", "old"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.queue, ticket.waiting_since) == (Ticket.State.OPEN, other, when(8))


def test_a_queue_that_is_not_there_is_named(run_import: Import) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run_import(dated(8), options=("--queue", "nowhere"))


def test_a_second_run_files_nothing_again(run_import: Import) -> None:
    mails = [dated(8), dated(9)]
    run_import(*mails)
    assert "2 known" in run_import(*mails)
    assert Ticket.objects.count() == 2


def test_what_a_mailbox_brought_is_left_to_the_line(run_import: Import) -> None:
    raw = dated(8)
    keep_mail(raw, Origin("imap", 1, 1))
    assert "1 known" in run_import(raw)
    assert "1 known" in run_import(raw.replace(b"\r\n", b"\n"))
    assert Incoming.objects.get().state == Incoming.State.NEW


def test_what_a_mailbox_brings_at_the_same_moment_is_left_to_the_line(
    run_import: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = dated(8)

    def meanwhile(sealed: Sealed, *, now: datetime) -> Accepted:
        keep_mail(raw, Origin("imap", 1, 1))
        return line.read(sealed, now=now)

    monkeypatch.setattr(importing, "read", meanwhile)
    assert "1 known" in run_import(raw)
    assert not Ticket.objects.exists()


def test_what_is_set_aside_is_kept_from_today_on(run_import: Import) -> None:
    run_import(mail(text="", subject="", head="Date: Wed, 8 Jan 2020 10:00:00 +0000"))
    aside = Incoming.objects.filter(state=Incoming.State.SET_ASIDE)
    assert all(each.received.year > 2020 and each.reason and each.silent for each in aside)
    assert aside.count() + Ticket.objects.count() == 1


def test_a_mail_with_a_second_from_of_ours_is_not_passed_over(run_import: Import) -> None:
    assert "1 filed" in run_import(dated(8, sender=f"{DESK_ADDRESS}, ana@user.example"))


def test_answers_of_the_desk_itself_are_counted_and_not_filed(run_import: Import) -> None:
    assert "1 ours" in run_import(dated(8, sender=DESK_ADDRESS))
    assert not Ticket.objects.exists()


def test_encrypted_mail_is_opened_and_its_ciphertext_remembered_from_today_on(
    run_import: Import, keyring: SecretKeyring
) -> None:
    before = timezone.now()
    assert "1 filed" in run_import((MAILS / "encrypted-question.eml").read_bytes())
    assert Ticket.objects.get().protected
    assert Ciphertext.objects.get().first_seen >= before


def test_an_old_report_is_read_at_once(run_import: Import) -> None:
    run_import(dated(8, text=report()))
    message = Message.objects.select_related("ticket__key").get()
    assert message.report["tails_version"] == "7.1"
    assert not message.report_due


def test_all_has_one_origin(run_import: Import) -> None:
    run_import(dated(8))
    assert Incoming.objects.get().mailbox == ORIGIN.mailbox
