"""Answering: an approved answer becomes a message and its final mail; what cannot travel yet waits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from crypto.errors import UnusableKeyError
from crypto.keys import Choice, choose_key
from crypto.openpgp import SecretKeyring
from crypto.vault import digest
from crypto.verdict import Encryption, SignatureState
from helpdesk.models import User
from tickets.actions.errors import AlreadyDone, CannotBeAnswered, NotPossibleNow, WayChanged
from tickets.actions.event import note_event
from tickets.enqueue import enqueue
from tickets.mail.answer import Reply, render_clear, render_encrypted
from tickets.mail.message_ids import new_message_id
from tickets.models import Draft, Event, Message, Outgoing, Ticket
from tickets.travel import Travel, Way, travel_of


def answer_ticket(
    ticket: Ticket, text: str, *, by: User, way: Way, now: datetime, identity: UUID | None = None
) -> Message:
    """Approve an answer that travels the way its author was shown.

    The mail is rendered here, before it is queued: trouble with keys shows on the page, not in a worker. Raises
    WayChanged when it would travel otherwise, CannotBeAnswered when there is no way (any more). `identity` becomes the
    message's id: who presses the button twice with the same one gets AlreadyDone, and one answer is sent.
    """
    travel = travel_of(ticket, now=now)
    if not travel.can_be_written:
        raise CannotBeAnswered
    if travel.way != way:
        raise WayChanged
    message = _message(ticket, text, by, travel, now)
    message.pk = identity or message.pk
    outgoing = _outgoing(message, travel, now)
    try:
        _approve(message, outgoing, by=by, now=now)
    except IntegrityError:
        raise AlreadyDone from None
    return message


@transaction.atomic
def _approve(message: Message, outgoing: Outgoing, *, by: User, now: datetime) -> None:
    ticket, is_clear = message.ticket, message.encryption == Encryption.NONE
    if not ticket_is_answered(ticket, now):
        raise NotPossibleNow
    if is_clear and Ticket.objects.filter(pk=ticket.pk, protected=True).exists():
        raise WayChanged  # Something came encrypted while this was written.
    message.save(force_insert=True)
    outgoing.save(force_insert=True)
    Draft.objects.filter(ticket=ticket, author=by).delete()
    note_event(ticket, Event.Kind.ANSWERED, at=now, by=by)
    if outgoing.state == Outgoing.State.APPROVED:
        enqueue("send", outgoing.pk)


def release_waiting(ticket: Ticket, *, now: datetime) -> int:
    """Render and approve the answers that waited for a key, now that there is one; give how many.

    May run twice at once: the one that finds the row still waiting, and locks it, approves it.
    """
    if travel_of(ticket, now=now).way is not Way.ENCRYPTED:
        return 0
    choice = choose_key(ticket.requester_address, now=now)
    waiting = Outgoing.objects.filter(message__ticket=ticket, state=Outgoing.State.WAITING)
    released = 0
    for outgoing in waiting.select_related("message__ticket__key", "message__ticket__queue"):
        outgoing.rendered = _render_encrypted(outgoing.message, choice, now)
        outgoing.fingerprint = choice.fingerprint
        outgoing.state = Outgoing.State.APPROVED
        outgoing.approved = now  # From now on its sender has time to reach the mail server.
        with transaction.atomic():
            mine = Outgoing.objects.filter(pk=outgoing.pk, state=Outgoing.State.WAITING)
            if mine.select_for_update().exists():
                outgoing.save(update_fields=["rendered", "fingerprint", "state", "approved"])
                enqueue("send", outgoing.pk)
                released += 1
    return released


def send_again(outgoing: Outgoing, *, by: User, now: datetime) -> None:
    """A person decided: send a failed or doubtful answer once more. Raises NotPossibleNow if it is in neither state."""
    with transaction.atomic():
        doubtful = Outgoing.objects.filter(
            pk=outgoing.pk, state__in=[Outgoing.State.FAILED, Outgoing.State.UNKNOWN]
        )
        if not doubtful.update(
            state=Outgoing.State.APPROVED, not_before=None, lease_until=None, approved=now
        ):
            raise NotPossibleNow
        note_event(outgoing.message.ticket, Event.Kind.RESENT, at=now, by=by)
        enqueue("send", outgoing.pk)


def ticket_is_answered(ticket: Ticket, now: datetime) -> bool:
    """Nobody waits any more; False when the ticket is being forgotten."""
    return bool(Ticket.objects.living().filter(pk=ticket.pk).update(waiting_since=None, updated=now))


def _message(ticket: Ticket, text: str, by: User, travel: Travel, now: datetime) -> Message:
    message_id = new_message_id(ticket.queue.address)
    secret = travel.way in {Way.ENCRYPTED, Way.WAITS}
    return Message(
        ticket=ticket,
        kind=Message.Kind.OUTBOUND,
        author=by,
        created=now,
        text=text,
        subject=ticket.subject,
        encryption=Encryption.OK if secret else Encryption.NONE,
        signature=SignatureState.VALID,
        message_id=message_id,
        message_id_digest=digest("message-id", message_id.strip("<>")),
    )


def _outgoing(message: Message, travel: Travel, now: datetime) -> Outgoing:
    ticket = message.ticket
    outgoing = Outgoing(
        message=message,
        state=Outgoing.State.WAITING,
        recipient=ticket.requester_address,
        sender=ticket.queue.address,
        approved=now,
    )
    if travel.way is Way.CLEAR:
        outgoing.rendered = render_clear(
            _reply(message, now), keyring=SecretKeyring(settings.GNUPG_HOME), signer=ticket.queue.fingerprint
        )
        outgoing.state = Outgoing.State.APPROVED
    if travel.way is Way.ENCRYPTED:
        choice = choose_key(ticket.requester_address, now=now)
        outgoing.rendered = _render_encrypted(message, choice, now)
        outgoing.fingerprint = choice.fingerprint
        outgoing.state = Outgoing.State.APPROVED
    return outgoing


def _render_encrypted(message: Message, choice: Choice, now: datetime) -> bytes:
    if choice.certificate is None:
        raise WayChanged
    try:
        return render_encrypted(
            _reply(message, now),
            keyring=SecretKeyring(settings.GNUPG_HOME),
            signer=message.ticket.queue.fingerprint,
            recipients=[choice.certificate],
        )
    except UnusableKeyError:
        raise CannotBeAnswered from None


def _reply(message: Message, now: datetime) -> Reply:
    """The mail is dated when it is signed: what has waited for a key would look forged with an older date."""
    ticket = message.ticket
    asked = ticket.messages.filter(kind=Message.Kind.INBOUND).order_by("-created").first()
    return Reply(
        sender_name=ticket.queue.name,
        sender=ticket.queue.address,
        recipient=ticket.requester_address,
        subject=ticket.subject,
        text=message.text,
        number=ticket.number,
        message_id=message.message_id,
        in_reply_to=asked.message_id if asked else "",
        date=now,
    )
