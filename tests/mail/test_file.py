"""Filing: a whole ticket or none, once, and every byte where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from crypto.errors import SealError
from crypto.models import SealKey
from crypto.vault import blob_store
from crypto.verdict import Encryption, Signature, SignatureState
from tests.mail.letters import ANA, OTTO, file, keep, letter, mail, report
from tickets import enqueue
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.errors import CannotBeAnswered
from tickets.mail import file as filing
from tickets.mail.file import file_mail
from tickets.mail.letter import Accepted, Address, Attachment, Machine, Quarantine, TryLater
from tickets.mail.thread import Place
from tickets.models import Ciphertext, Event, Incoming, Message, Queue, Ticket
from tickets.travel import Way, travel_of

pytestmark = pytest.mark.django_db
SEALED: dict[str, Any] = {"encryption": Encryption.OK, "replay_material": b"the sealed packet"}
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _queue(queue: Queue) -> None:
    """Every mail here finds a queue."""


def test_a_letter_becomes_a_ticket_with_its_message() -> None:
    message = file(
        letter(
            from_=(Address("Ana", ANA),),
            text="No sound.\n> quoted",
            answer="No sound.",
            html=True,
            problems=("cut: too many parts",),
            signature=Signature(SignatureState.UNKNOWN_KEY, "F" * 40),
        ),
        language="en",
    )
    ticket = message.ticket
    assert (ticket.subject, ticket.requester_name, ticket.requester_address) == ("No sound", "Ana", ANA)
    assert (ticket.language, ticket.protected, ticket.waiting_since) == ("en", False, ticket.created)
    assert (message.text, message.full_text) == ("No sound.", "No sound.\n> quoted")
    assert (message.html, message.problems) == (True, ["cut: too many parts"])
    assert (message.signature, message.signature_fingerprint) == ("unknown_key", "F" * 40)
    assert list(ticket.events.values_list("kind", flat=True)) == [Event.Kind.OPENED]


def test_a_new_ticket_takes_over_the_key_and_the_file_of_its_first_mail() -> None:
    raw = mail()
    incoming = keep(raw)
    own = incoming.blob
    assert file_mail(incoming, Accepted(letter()))
    row = Incoming.objects.select_related("message__ticket__key").get()
    assert row.message is not None
    assert row.message.raw_blob == own
    assert row.message.ticket.key.read_blob(own) == raw
    assert (row.state, row.key, row.blob) == (Incoming.State.FILED, None, "")
    assert set(SealKey.objects.values_list("pk", flat=True)) == {row.message.ticket.pk}
    with pytest.raises(ValueError, match="no longer kept"):
        row.read()


def test_a_mail_for_a_ticket_that_is_there_goes_from_its_own_key_to_the_tickets(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = file(letter(message_id="first@people.example"))
    raw = mail()
    incoming = keep(raw)
    own = incoming.blob
    with django_capture_on_commit_callbacks(execute=True):
        assert file_mail(incoming, Accepted(letter(references=("first@people.example",))))
    row = Incoming.objects.select_related("message__ticket__key").get(pk=incoming.pk)
    assert row.message is not None
    assert row.message.ticket == first.ticket
    assert row.message.ticket.key.read_blob(row.message.raw_blob) == raw
    assert own not in list(blob_store().names())
    assert set(SealKey.objects.values_list("pk", flat=True)) == {first.ticket.pk}


def test_attachments_keep_their_order_and_bytes() -> None:
    files = tuple(Attachment(f"{number}.txt", "text/plain", bytes([number])) for number in range(3))
    found = list(file(letter(attachments=files)).attachments.all())
    assert [(each.name, each.size, each.read()) for each in found] == [
        (f"{number}.txt", 1, bytes([number])) for number in range(3)
    ]


@pytest.mark.parametrize("protection", [Encryption.OK, Encryption.PARTIAL])
def test_what_came_encrypted_makes_a_protected_ticket(protection: Encryption) -> None:
    message = file(letter(encryption=protection))
    assert message.ticket.protected
    assert travel_of(message.ticket, now=NOON).way is Way.WAITS


def test_nobody_waits_for_an_answer_to_a_machine() -> None:
    message = file(letter(), machine=Machine.LIST)
    assert (message.machine, message.ticket.waiting_since) == ("list", None)


def test_a_filed_mail_is_not_filed_again() -> None:
    incoming = keep()
    assert file_mail(incoming, Accepted(letter()))
    assert not file_mail(incoming, Accepted(letter()))
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


def test_who_was_overtaken_files_nothing() -> None:
    incoming = keep()
    Incoming.objects.update(attempts=2)
    assert not file_mail(incoming, Accepted(letter()))
    assert not Ticket.objects.exists()
    assert Incoming.objects.get().state == Incoming.State.NEW


def test_without_a_queue_the_mail_waits_in_quarantine() -> None:
    Queue.objects.all().delete()
    incoming = keep()
    with pytest.raises(Quarantine, match="no_queue"):
        file_mail(incoming, Accepted(letter()))
    assert incoming.read()
    assert Incoming.objects.get().key is not None


def test_a_ticket_forgotten_meanwhile_is_not_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = file(letter()).ticket
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    monkeypatch.setattr(filing, "find_place", lambda accepted, reporter: Place(ticket=ticket))
    with pytest.raises(TryLater, match="ticket_forgotten"):
        file_mail(keep(), Accepted(letter()))
    assert ticket.messages.count() == 1
    assert Incoming.objects.filter(state=Incoming.State.NEW, key__isnull=False).exists()


def test_a_failure_in_the_middle_leaves_the_mail_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError

    raw = mail()
    incoming = keep(raw)
    monkeypatch.setattr(filing, "save_message", fail)
    with pytest.raises(RuntimeError):
        file_mail(incoming, Accepted(letter()))
    assert not Ticket.objects.exists()
    assert Incoming.objects.get().read() == raw


def test_a_report_is_read_afterwards(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(enqueue, "_send", lambda task, identity: sent.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        file(letter(text=report()))
        file(letter())
    assert [task for task in sent if task != "open_incoming"] == ["read_report"]


def test_the_ticket_key_opens_nothing_of_another_ticket() -> None:
    one, other = file(letter()), file(letter())
    with pytest.raises(SealError):
        one.ticket.key.read_blob(other.raw_blob)


def test_the_same_ciphertext_from_another_sender_is_flagged_and_not_answered() -> None:
    first, thief = file(letter(**SEALED)), file(letter(sender=OTTO, **SEALED))
    assert (first.replayed, thief.replayed) == (False, True)
    assert travel_of(thief.ticket, now=NOON).way is Way.REPLAYED
    agent = get_user_model().objects.create_user("alice")
    with pytest.raises(CannotBeAnswered):
        answer_ticket(thief.ticket, "Hello", by=agent, shown=Shown(Way.WAITS), now=NOON)


def test_who_signed_it_is_not_the_thief_though_the_thief_came_first() -> None:
    thief = file(letter(sender=OTTO, **SEALED))
    signed = file(letter(signature=Signature(SignatureState.VALID, "F" * 40), **SEALED))
    thief.refresh_from_db()
    assert (thief.replayed, signed.replayed) == (True, False)


def test_a_thief_whose_ticket_is_forgotten_is_not_looked_for() -> None:
    file(letter(sender=OTTO, **SEALED)).ticket.delete()
    assert not file(letter(signature=Signature(SignatureState.VALID, "F" * 40), **SEALED)).replayed


def test_the_same_ciphertext_again_from_the_same_sender_is_no_theft() -> None:
    assert not any(file(letter(**SEALED)).replayed for _ in range(2))
    assert Ciphertext.objects.count() == 1


def test_a_theft_from_a_reporter_without_an_address_is_noticed() -> None:
    subject = "Bug report: 0123456789abcdef0123456789abcdef"
    file(letter(subject=subject, text=report(sender=""), **SEALED))
    assert file(letter(sender=OTTO, subject="Hello", text=report(sender=""), **SEALED)).replayed


def test_the_first_sender_is_remembered_after_the_ticket_is_gone() -> None:
    file(letter(**SEALED))
    Message.objects.all().delete()
    Ticket.objects.all().delete()
    assert file(letter(sender=OTTO, **SEALED)).replayed


def test_the_queue_is_chosen_by_address_then_language() -> None:
    french = Queue.objects.create(slug="fr", name="Français", language="fr", address="aide@desk.example")
    arabic = Queue.objects.create(slug="ar", name="عربي", language="ar", address="aide@desk.example")
    to = (Address("", "AIDE@desk.example"),)
    assert file(letter(to=(), cc=to), language="fr").ticket.queue == french
    assert file(letter(to=to), language="ar").ticket.queue == arabic


def test_a_mail_is_dated_by_when_we_got_it() -> None:
    message = file(letter(date=NOON - timedelta(days=900)))
    assert message.created == message.ticket.created == Incoming.objects.get().received
