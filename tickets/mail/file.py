"""Filing: the one writer of the mail line. A ticket, its message, files and keys in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crypto.digests import address_digest
from crypto.keys import choose_key
from crypto.models import SealKey
from crypto.vault import blob_store, digest
from crypto.verdict import SignatureState
from helpdesk.lib.faults import fault_point
from tickets.actions.answer import allow_release
from tickets.actions.automatic.acknowledge import First, acknowledge
from tickets.actions.event import note_event
from tickets.actions.receive import (
    Arrival,
    File,
    Protection,
    Requester,
    Returned,
    continue_ticket,
    draft_message,
    open_ticket,
    save_message,
)
from tickets.enqueue import enqueue
from tickets.mail.learn import Offer, learn, offers_in
from tickets.mail.letter import Accepted, Letter, Quarantine, SetAside, TryLater
from tickets.mail.message_ids import is_secret
from tickets.mail.reporter import Reporter, reporter_of
from tickets.mail.thread import Place, find_place, message_id_digest
from tickets.models import Ciphertext, Event, Incoming, Message, Queue, Ticket
from tickets.routing import queue_for


def file_mail(incoming: Incoming, accepted: Accepted, *, wakes: bool = True) -> bool:
    """File a judged letter; False when somebody else filed it meanwhile. Old mail does not wake a ticket that is there.

    Files are sealed and on disk before the transaction. The mail's own row changes state inside it, so a crash leaves
    either the mail as it was or the whole ticket, never two of them. Raises TryLater, Quarantine and SetAside.
    """
    reporter = reporter_of(accepted.letter)
    place = find_place(accepted, reporter)
    ticket = place.ticket or _draft_ticket(incoming, place)
    arrival = _arrival(incoming, accepted, reporter, ticket)
    arrival = replace(arrival, returned=_returned(accepted, place), wakes=wakes)
    offers = offers_in(accepted, reporter, now=incoming.received)
    offer = offers[0] if len(offers) == 1 else None
    fault_point("file-before-commit")
    message = draft_message(ticket, arrival)
    with transaction.atomic():
        if not _take(incoming, message):
            return False
        _write_ticket(ticket, arrival, accepted, is_new=place.ticket is None)
        message.replayed |= _is_replayed(accepted.letter, reporter, message)
        _refuse_repeated(incoming, accepted.letter, message)
        _note_parts(accepted.letter, reporter, message)
        save_message(message, arrival)
        if offer:
            _learn(message, offer, now=incoming.received)
        elif offers:
            note_event(message.ticket, Event.Kind.KEYS_SEVERAL, at=incoming.received)
        if place.ticket is None and ticket.queue.acknowledges:
            first = _first(incoming, accepted, reporter, offer)
            acknowledge(message, first, now=timezone.now())
        if reporter.report:
            enqueue("read_report", message.pk)
        if place.ticket:
            _drop_own_copy(incoming)
    fault_point("file-after-commit")
    return True


def _returned(accepted: Accepted, place: Place) -> Returned | None:
    if place.about is None:
        return None
    delivery = accepted.letter.delivery
    if delivery is None:
        return Returned(place.about, "", "")
    return Returned(place.about, delivery.outcome.value, delivery.code[:11])


def _first(incoming: Incoming, accepted: Accepted, reporter: Reporter, offer: Offer | None) -> First:
    """A key that names its writer and came inside the encryption binds the text to them as their address does."""
    letter = accepted.letter
    is_signed = letter.signature.state is SignatureState.VALID
    return First(
        addressed=tuple(each.address for each in (*letter.to, *letter.cc)),
        is_silent=incoming.silent,
        is_bound=is_signed or letter.sender_inside or (offer is not None and offer.encrypted),
        is_answer=any(is_secret(reference) for reference in letter.references),
        is_report=reporter.report is not None,
    )


def _draft_ticket(incoming: Incoming, place: Place) -> Ticket:
    """A new ticket takes over the id and the key of its first mail, whose bytes are sealed under it already."""
    return Ticket(id=incoming.pk, key=incoming.key, claims=place.claims)


def _take(incoming: Incoming, message: Message) -> bool:
    """Move the mail's row to filed, if it is still ours to move. The message it names is written before the commit."""
    mine = Incoming.objects.filter(pk=incoming.pk, state=Incoming.State.NEW, attempts=incoming.attempts)
    return bool(
        mine.update(
            state=Incoming.State.FILED, reason="", lease_until=None, key=None, blob="", message_id=message.pk
        )
    )


def _write_ticket(ticket: Ticket, arrival: Arrival, accepted: Accepted, *, is_new: bool) -> None:
    if not is_new:
        if not continue_ticket(ticket, arrival):
            raise TryLater("ticket_forgotten")  # The next time it starts a ticket of its own.
        return
    letter = accepted.letter
    try:
        queue = queue_for([to.address for to in (*letter.to, *letter.cc)], accepted.language)
    except Queue.DoesNotExist:
        raise Quarantine("no_queue") from None
    open_ticket(ticket, arrival, queue=queue)


def _arrival(incoming: Incoming, accepted: Accepted, reporter: Reporter, ticket: Ticket) -> Arrival:
    letter = accepted.letter
    words = reporter.words
    return Arrival(
        received=incoming.received,
        requester=Requester(reporter.name, reporter.address),
        protection=_protection(letter),
        subject=reporter.subject,
        text=words,
        full_text=letter.text if letter.text.strip() != words else "",
        message_id=letter.message_id or "",
        message_id_digest=message_id_digest(letter.message_id or ""),
        machine=accepted.machine.value if accepted.machine else "",
        html=letter.html,
        language=accepted.language or "",
        report_digest=digest("report", reporter.report_id) if reporter.report_id else "",
        has_report=reporter.report is not None,
        problems=letter.problems,
        encrypted_parts=tuple({"form": part.form, "name": part.name} for part in letter.encrypted_parts),
        raw_blob=_original(incoming, ticket),
        files=tuple(
            File(item.name, item.type, len(item.content), ticket.key.write_blob(item.content))
            for item in letter.attachments
        ),
    )


def _original(incoming: Incoming, ticket: Ticket) -> str:
    """The sealed file with the mail as it came: sealed anew when the ticket has another key."""
    if ticket.key == incoming.key:
        return incoming.blob
    return ticket.key.write_blob(incoming.read())


def _protection(letter: Letter) -> Protection:
    return Protection(
        encryption=letter.encryption.value,
        signature=letter.signature.state.value,
        fingerprint=letter.signature.fingerprint or "",
        replayed=letter.sender_differs,
    )


def _is_replayed(letter: Letter, reporter: Reporter, message: Message) -> bool:
    """Whether another sender mailed this very ciphertext before.

    Who comes first is not always who wrote it. A signature shows: whoever is bound by one is not the thief, and the
    earlier message is. Written first and read then: of two that come at once, the second waits here for the first.
    """
    if not letter.replay_material:
        return False
    mark, sender = digest("ciphertext", letter.replay_material), address_digest(reporter.address)
    ours = Ciphertext(digest=mark, sender_digest=sender, first_seen=message.created, message_id=message.pk)
    Ciphertext.objects.bulk_create([ours], ignore_conflicts=True)
    first = Ciphertext.objects.get(digest=mark)
    if first.sender_digest == sender:
        return False
    if letter.signature.state is not SignatureState.VALID:
        return True
    if first.message_id:
        Message.objects.filter(pk=first.message_id).update(replayed=True)
    return False


def _refuse_repeated(incoming: Incoming, letter: Letter, message: Message) -> None:
    """What is in its ticket already is said once: whoever steals a report can mail it as often as he likes.

    Every copy would reopen the ticket and wait there. It is set aside and kept; an agent who has it tried again
    has it filed.
    """
    if not letter.replay_material or incoming.decided_by_id:
        return
    mark = digest("ciphertext", letter.replay_material)
    if (
        Ciphertext.objects.filter(digest=mark, message__ticket=message.ticket_id)
        .exclude(message=message.pk)
        .exists()
    ):
        raise SetAside("repeated")


def _note_parts(letter: Letter, reporter: Reporter, message: Message) -> None:
    """Whose the encrypted parts are (R5): a thief mails such a part as his own, in part of a mail or as the whole.

    Nothing is opened for it. When the thief's is opened, or comes as a whole mail, the alarm knows.
    """
    if letter.sender_differs:
        return
    sender = address_digest(reporter.address)
    marks = {
        digest("ciphertext", part.replay_material) for part in letter.encrypted_parts if part.replay_material
    }
    seen = (
        Ciphertext(digest=mark, sender_digest=sender, first_seen=message.created, message_id=message.pk)
        for mark in sorted(marks)
    )
    Ciphertext.objects.bulk_create(seen, ignore_conflicts=True)


def _learn(message: Message, offer: Offer, *, now: datetime) -> None:
    """What waits in this ticket may go when the key inside this letter is the one to use for its requester."""
    ticket = message.ticket
    learn(message, offer, now=now)
    if not offer.encrypted or address_digest(offer.address) != ticket.requester_digest:
        return
    if choose_key(offer.address, now=now).fingerprint == offer.certificate.fingerprint:
        allow_release(ticket, now=now)
        enqueue("release_waiting", ticket.pk)


def _drop_own_copy(incoming: Incoming) -> None:
    """The ticket has a copy of the bytes: the mail's own key goes with this transaction, its blob after it."""
    SealKey.objects.filter(pk=incoming.pk).delete()
    blob = incoming.blob
    transaction.on_commit(lambda: blob_store().delete(blob))
