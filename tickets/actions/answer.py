"""Answering: an approved answer becomes a message and its final mail; what cannot travel yet waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from crypto.errors import GnupgError, UnusableKeyError
from crypto.keys import Choice
from crypto.openpgp import SecretKeyring
from crypto.vault import digest
from crypto.verdict import Encryption, SignatureState
from helpdesk.models import User
from tickets.actions.automatic.notice import tell_it_waits
from tickets.actions.errors import AlreadyDone, CannotBeAnswered, KeyTrouble, NotPossibleNow, WayChanged
from tickets.actions.event import note_event
from tickets.actions.living import refuse_unread
from tickets.enqueue import enqueue
from tickets.mail.answer import Reply, render_clear, render_encrypted
from tickets.mail.message_ids import new_message_id
from tickets.models import Draft, Event, Message, Outgoing, Ticket
from tickets.travel import Travel, Way, travel_of

LATER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page showed on which an answer was written."""

    way: Way
    """How it would travel."""
    identity: UUID | None = None
    """Of the press of its button; it becomes the message's id, so that pressed twice it is one answer."""
    seen: int | None = None
    """How many messages of the requester it showed; None: there was no page."""


def answer_ticket(ticket: Ticket, text: str, *, by: User, now: datetime, shown: Shown) -> Message:
    """Approve an answer that travels the way its author was shown.

    The mail is rendered here, before it is queued: trouble with keys shows on the page, not in a worker. Raises
    WayChanged when it would travel otherwise, CannotBeAnswered when there is no way (any more), MessageCame when
    something came that its author has not seen, KeyTrouble when the desk's own key does not work, NotPossibleNow when
    the ticket is being forgotten, and AlreadyDone when the same press of the button came before.
    """
    _refuse_second_press(shown)
    travel = travel_of(ticket, now=now)
    if not travel.can_be_written:
        raise CannotBeAnswered
    if travel.way != shown.way:
        raise WayChanged
    message = _message(ticket, text, by, travel, now)
    message.pk = shown.identity or message.pk
    outgoing = _outgoing(message, travel, now)
    _approve(message, outgoing, shown, by=by, now=now)
    return message


@transaction.atomic
def _approve(message: Message, outgoing: Outgoing, shown: Shown, *, by: User, now: datetime) -> None:
    ticket, is_clear = message.ticket, message.encryption == Encryption.NONE
    if not ticket_is_answered(ticket, now):
        raise NotPossibleNow
    _refuse_second_press(shown)  # The row is ours now: whoever pressed first is done.
    refuse_unread(ticket, shown.seen)
    if is_clear and Ticket.objects.filter(pk=ticket.pk, protected=True).exists():
        raise WayChanged  # Something came encrypted while this was written.
    message.save(force_insert=True)
    outgoing.save(force_insert=True)
    Draft.objects.filter(ticket=ticket, author=by).delete()
    note_event(ticket, Event.Kind.ANSWERED, at=now, by=by)
    if outgoing.state == Outgoing.State.APPROVED:
        enqueue("send", outgoing.pk)
    if outgoing.state == Outgoing.State.WAITING:
        tell_it_waits(message, now=now)


def _refuse_second_press(shown: Shown) -> None:
    """Said before anything else that may have changed since, or it would look as if the first press had done nothing."""
    if shown.identity and Message.objects.filter(pk=shown.identity).exists():
        raise AlreadyDone


def allow_release(ticket: Ticket, *, now: datetime, confirmed: bool = False) -> None:
    """Let the answers that wait go as soon as they can be encrypted, because their key came in a letter of this ticket.

    A stranger can have a key learned for an address in a ticket of their own: it releases nothing elsewhere. What an
    agent has `confirmed` holds in every ticket of that requester.
    """
    waiting = Outgoing.objects.waiting_for_a_key()
    if confirmed:
        waiting.filter(message__ticket__requester_digest=ticket.requester_digest).update(not_before=now)
    else:
        waiting.filter(message__ticket=ticket).update(not_before=now)


def release_waiting(ticket: Ticket, *, now: datetime) -> int:
    """Render and approve the answers that waited for a key and may go, now that there is one; give how many.

    May run twice at once: the one that finds the row still waiting, and locks it, approves it.
    """
    travel = travel_of(ticket, now=now)
    if travel.way is not Way.ENCRYPTED:
        return 0
    waiting = Outgoing.objects.released(now).filter(message__ticket=ticket).order_by("pk")
    rows = waiting.select_related("message__ticket__key", "message__ticket__queue")
    return sum(_release(outgoing, travel.choice, now) for outgoing in rows)


def _release(outgoing: Outgoing, choice: Choice, now: datetime) -> bool:
    try:
        outgoing.rendered = _render_encrypted(outgoing.said, choice, now)
    except CannotBeAnswered:
        _go_on_waiting(outgoing, now)
        return False
    except KeyTrouble:
        # Our own key, which is mended: it is tried again, and others are tried before it.
        Outgoing.objects.released(now).filter(pk=outgoing.pk).update(not_before=now + LATER)
        return False
    outgoing.fingerprint = choice.fingerprint
    outgoing.state = Outgoing.State.APPROVED
    outgoing.approved = now  # From now on its sender has time to reach the mail server.
    outgoing.not_before = None
    with transaction.atomic():
        mine = Outgoing.objects.released(now).filter(pk=outgoing.pk)
        if not mine.select_for_update().exists():
            return False
        outgoing.save(update_fields=["rendered", "fingerprint", "state", "approved", "not_before"])
        enqueue("send", outgoing.pk)
    return True


def _go_on_waiting(outgoing: Outgoing, now: datetime) -> None:
    """The key cannot be encrypted to: that is said once, and not tried again before another key comes."""
    with transaction.atomic():
        if Outgoing.objects.released(now).filter(pk=outgoing.pk).update(not_before=None):
            note_event(outgoing.said.ticket, Event.Kind.KEY_UNUSABLE, at=now)


def send_again(outgoing: Outgoing, *, by: User, now: datetime) -> None:
    """A person decided: send a failed or doubtful answer once more. Raises NotPossibleNow if it is in neither state."""
    with transaction.atomic():
        doubtful = Outgoing.objects.filter(
            pk=outgoing.pk,
            kind=Outgoing.Kind.ANSWER,
            state__in=[Outgoing.State.FAILED, Outgoing.State.UNKNOWN],
        )
        if not doubtful.update(
            state=Outgoing.State.APPROVED, not_before=None, lease_until=None, approved=now
        ):
            raise NotPossibleNow
        note_event(outgoing.said.ticket, Event.Kind.RESENT, at=now, by=by)
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
        outgoing.rendered = _render_clear(message, now)
        outgoing.state = Outgoing.State.APPROVED
    if travel.way is Way.ENCRYPTED:
        outgoing.rendered = _render_encrypted(message, travel.choice, now)
        outgoing.fingerprint = travel.choice.fingerprint
        outgoing.state = Outgoing.State.APPROVED
    return outgoing


def _render_clear(message: Message, now: datetime) -> bytes:
    signer = message.ticket.queue.fingerprint
    try:
        return render_clear(_reply(message, now), keyring=SecretKeyring(settings.GNUPG_HOME), signer=signer)
    except ValueError:
        raise CannotBeAnswered from None  # A header that cannot be made: no mail is better than another one.
    except GnupgError:
        raise KeyTrouble from None


def _render_encrypted(message: Message, choice: Choice, now: datetime) -> bytes:
    if choice.certificate is None:
        raise WayChanged
    keyring, signer = SecretKeyring(settings.GNUPG_HOME), message.ticket.queue.fingerprint
    try:
        return render_encrypted(
            _reply(message, now), keyring=keyring, signer=signer, recipients=[choice.certificate]
        )
    except (UnusableKeyError, ValueError):
        raise CannotBeAnswered from None
    except GnupgError:
        raise KeyTrouble from None


def _reply(message: Message, now: datetime) -> Reply:
    """The mail is dated when it is signed: what has waited for a key would look forged with an older date."""
    ticket = message.ticket
    asked = ticket.messages.from_the_requester().order_by("-created", "-pk").first()
    return Reply(
        sender_name=ticket.queue.sender_name,
        sender=ticket.queue.address,
        recipient=ticket.requester_address,
        subject=ticket.subject,
        text=message.text,
        number=ticket.number,
        message_id=message.message_id,
        in_reply_to=asked.message_id if asked else "",
        date=now,
    )
