"""What the rows promise: sealed columns, and states that the database itself refuses to mix up."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from crypto.errors import SealError
from crypto.fields import SealedField
from crypto.models import SealKey
from helpdesk.models import User
from tests.tickets.cases import NOW, arrival, first_message, opened, received
from tickets.actions.draft import save_draft
from tickets.mail.keep import Origin, keep_mail
from tickets.models import Draft, Incoming, Message, Outgoing, Queue, Ticket
from tickets.models.ticket import NUMBER_ALPHABET, new_number

pytestmark = pytest.mark.django_db

# Texts that are no content: what an admin wrote, what a program says, what is a digest or a random name.
_IN_CLEAR = {
    "crypto.SealKey": {"epoch", "wrapped"},
    "crypto.PublicKey": {"address_digest", "fingerprint_digest", "state", "source", "trouble"},
    "crypto.KeyEvent": {"kind", "source"},
    "crypto.DeskKey": {"fingerprint", "address", "trouble"},
    "crypto.RetiredSubkey": {"fingerprint"},
    "tickets.Queue": {"slug", "name", "sender_name", "language", "address", "fingerprint", "without_key"},
    "tickets.AutomaticText": {"kind", "language", "text"},
    "tickets.AutomaticMail": {"address_digest", "domain_digest"},
    "tickets.Breaker": {"address_digest"},
    "tickets.Mailbox": {"name", "folder", "trouble"},
    "tickets.Ticket": {"number", "state", "requester_digest", "language", "report_digest"},
    "tickets.Message": {
        *("kind", "encryption", "signature", "machine", "message_id_digest", "raw_blob"),
        *("delivery", "delivery_code"),
    },
    "tickets.Attachment": {"blob"},
    "tickets.Ciphertext": {"digest", "sender_digest"},
    "tickets.Event": {"kind"},
    "tickets.Incoming": {"mailbox", "digest", "blob", "state", "reason"},
    "tickets.Outgoing": {"state", "kind"},
    "tickets.Tombstone": {"number_digest", "rule"},
}


def test_every_column_that_could_hold_content_is_sealed_or_named_here() -> None:
    texts = (models.CharField, models.TextField, models.BinaryField, models.JSONField, models.FileField)
    found: dict[str, set[str]] = {}
    for model in (*apps.get_app_config("tickets").get_models(), *apps.get_app_config("crypto").get_models()):
        for field in model._meta.concrete_fields:
            if isinstance(field, texts) and not isinstance(field, SealedField):
                found.setdefault(model._meta.label, set()).add(field.name)
    assert found == _IN_CLEAR


def test_no_words_are_in_the_columns(queue: Queue, alice: User) -> None:
    ticket = opened(queue, files=1)
    save_draft(ticket, "marmalade draft", by=alice, now=NOW)
    with connection.cursor() as cursor:
        for table in ("tickets_ticket", "tickets_message", "tickets_attachment", "tickets_draft"):
            cursor.execute(f"SELECT * FROM {table}")
            for value in cursor.fetchone():
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert not re.search(rb"Black|Bob|user\.example|start|screen|image|marmalade", raw)


def test_a_text_of_one_ticket_does_not_open_in_another(queue: Queue) -> None:
    first, second = (first_message(opened(queue)) for _ in range(2))
    with connection.cursor() as cursor:
        sealed = Message.objects.filter(pk=first.pk).values_list("text", flat=True)[0]
        where = second.pk.hex if connection.vendor == "sqlite" else str(second.pk)
        cursor.execute("UPDATE tickets_message SET text = %s WHERE id = %s", [bytes(sealed), where])
        assert cursor.rowcount == 1
    assert Message.objects.get(pk=first.pk).text == "It does not start."
    with pytest.raises(SealError):
        _ = Message.objects.get(pk=second.pk).text


def test_a_message_moved_to_another_ticket_does_not_open(queue: Queue) -> None:
    message, other = first_message(opened(queue)), opened(queue)
    Message.objects.filter(pk=message.pk).update(ticket=other)
    with pytest.raises(SealError):
        _ = Message.objects.get(pk=message.pk).text


def test_an_empty_column_stays_empty_when_its_row_is_read_again(queue: Queue) -> None:
    message = first_message(opened(queue))
    message.refresh_from_db()
    assert (message.full_text, message.problems) == ("", None)
    message.save()
    assert Message.objects.filter(full_text__isnull=True, problems__isnull=True).count() == 1


def test_an_empty_text_that_may_not_be_missing_is_sealed(queue: Queue) -> None:
    message = received(opened(queue), arrival(""))
    assert Message.objects.get(pk=message.pk).text == ""


def test_a_row_deferred_whole_opens_what_is_asked_for(queue: Queue) -> None:
    opened(queue, problems=("cut: too long",))
    message = Message.objects.only("pk").get()
    assert (message.text, message.problems) == ("It does not start.", ["cut: too long"])


@pytest.mark.parametrize(
    "values",
    [{"state": "lost"}, {"closed": NOW}, {"state": "open", "closed": NOW}],
)
def test_a_ticket_is_in_one_of_its_states(queue: Queue, values: dict[str, object]) -> None:
    opened(queue)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.update(**values)


@pytest.mark.parametrize("values", [{"kind": "spam"}, {"encryption": "perhaps"}, {"signature": "nice"}])
def test_a_message_is_of_one_of_its_kinds(queue: Queue, values: dict[str, object]) -> None:
    opened(queue)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**values)


@pytest.mark.parametrize("state", ["approved", "sending", "sent", "retry", "failed", "unknown", "lost"])
def test_an_answer_without_its_bytes_can_only_wait(queue: Queue, state: str) -> None:
    row = Outgoing(message=first_message(opened(queue)), state=state, approved=NOW, rendered=b"")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("state", ["new", "quarantined", "lost"])
def test_a_mail_that_is_not_filed_has_its_bytes(state: str) -> None:
    keep_mail(b"a mail", Origin("maildir 0"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Incoming.objects.update(state=state, key=None)


def test_a_key_in_use_cannot_be_deleted(queue: Queue) -> None:
    opened(queue)
    SealKey.objects.all().delete()
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.set_rollback(True)


def test_one_queue_takes_what_no_other_takes(queue: Queue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Queue.objects.create(slug="second", name="Second", address="a@desk.example", is_default=True)


def test_one_draft_for_each_agent_and_ticket(queue: Queue, alice: User, bob: User) -> None:
    ticket = opened(queue)
    for agent in (alice, bob, alice):
        save_draft(ticket, f"of {agent.username}", by=agent, now=NOW)
    assert sorted(draft.text for draft in Draft.objects.all()) == ["of alice", "of bob"]


def test_numbers_are_random_and_easy_to_read_out() -> None:
    numbers = {new_number() for _ in range(200)}
    assert len(numbers) == 200
    assert all(
        re.fullmatch(rf"[{NUMBER_ALPHABET}]{{4}}-[{NUMBER_ALPHABET}]{{4}}", number) for number in numbers
    )
    assert not set("ILOU") & set(NUMBER_ALPHABET)


def test_sets_of_tickets(queue: Queue) -> None:
    waits, waits_longer = opened(queue), opened(queue, received=NOW - timedelta(days=1))
    answered, closed, going = opened(queue), opened(queue, closed=NOW), opened(queue)
    Ticket.objects.filter(pk=answered.pk).update(waiting_since=None)
    Ticket.objects.filter(pk=closed.pk).update(waiting_since=None)
    Ticket.objects.filter(pk=going.pk).update(state=Ticket.State.FORGETTING)
    assert set(Ticket.objects.unanswered()) == {waits, waits_longer}
    assert set(Ticket.objects.open()) == {waits, waits_longer, answered}
    assert list(Ticket.objects.living().in_working_order()) == [waits_longer, waits, answered, closed]


def test_a_requester_has_a_short_name(queue: Queue) -> None:
    ticket = opened(queue)
    assert (ticket.requester, ticket.is_open, str(ticket)) == ("Bob Bird", True, ticket.number)
    ticket.requester_name = ""
    assert ticket.requester == "bob"


def test_a_list_of_tickets_costs_the_same_for_two_and_for_twenty(
    queue: Queue, django_assert_num_queries: object
) -> None:
    for number in (2, 18):
        for _ in range(number):
            opened(queue)
        with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
            assert {ticket.subject for ticket in Ticket.objects.with_rows()} == {"Black screen"}
