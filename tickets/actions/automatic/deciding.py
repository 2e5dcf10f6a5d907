"""Automatic mail: it is decided upon in one transaction with its cause, and becomes bytes and is sent in steps of its own.

The row is the queue: whoever is killed between the steps leaves a row that the sweep finds, and never two mails.
"""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from crypto.errors import CryptoError, UnusableKeyError
from crypto.openpgp import SecretKeyring
from crypto.vault import digest
from crypto.verdict import SignatureState
from tickets import breaker
from tickets.enqueue import enqueue
from tickets.mail.answer import Reply, render_clear, render_encrypted
from tickets.mail.message_ids import new_message_id
from tickets.mail.nobody import is_nobody
from tickets.models import AutomaticText, Message, Outgoing, Queue, Ticket
from tickets.travel import key_for
from tickets.wording import wording

logger = logging.getLogger(__name__)

LATER = timedelta(minutes=15)
ATTEMPTS = 8
"""Of writing one, each after twice the time: two and a half days."""
# What would have to be quoted is no address of a person that a desk has to write to unasked.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9.-]{1,255}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Voice:
    """As which queue the desk speaks, and in which language."""

    queue: Queue
    language: str


def is_somebody(address: str) -> bool:
    """Whether automatic mail may be sent to an address at all: not to nobody, not to a program, never to ourselves."""
    local = address.lower().partition("@")[0].partition("+")[0].partition("=")[0]
    if is_nobody(local):
        return False
    return _ADDRESS.fullmatch(address) is not None and not Queue.objects.at(address).exists()


def decide_upon(ticket: Ticket, kind: AutomaticText.Kind, voice: Voice, *, now: datetime) -> Outgoing:
    """Write down that the requester gets an automatic mail; part of the transaction of what caused it.

    The words are written down at once: what is edited later does not change what is in the ticket.
    """
    words = wording(voice.queue, kind, voice.language)
    message_id = new_message_id(voice.queue.address)
    message = Message(
        ticket=ticket,
        kind=Message.Kind.AUTOMATIC,
        created=now,
        text=words.text,
        subject=words.subject,
        sender_name=voice.queue.sender_name,
        sender_address=voice.queue.address,
        signature_fingerprint=voice.queue.fingerprint,
        signature=SignatureState.VALID,
        message_id=message_id,
        message_id_digest=digest("message-id", message_id.strip("<>")),
    )
    message.save(force_insert=True)
    outgoing = Outgoing(
        message=message,
        kind=Outgoing.Kind(kind.value),
        state=Outgoing.State.WAITING,
        recipient=ticket.requester_address,
        sender=voice.queue.address,
        approved=now,
        not_before=now,
    )
    outgoing.save(force_insert=True)
    enqueue("write_automatic", outgoing.pk)
    return outgoing


def write_automatic(identity: uuid.UUID, *, now: datetime) -> bool:
    """Make the final bytes of an automatic mail and approve it; False when there is nothing (more) to do, or not yet.

    May run twice at once: the one that finds the row still unwritten, and locks it, approves it.
    """
    unwritten = Outgoing.objects.unwritten(now).filter(pk=identity)
    outgoing = unwritten.select_related("message__ticket__key").first()
    if outgoing is None:
        return False
    try:
        outgoing.rendered, outgoing.fingerprint = _render(outgoing, now)
    except (CryptoError, OSError, ValueError) as error:
        logger.warning("automatic mail %s cannot be written (%s)", identity, type(error).__name__)
        _put_off(outgoing, now)
        return False
    return _approve(outgoing, now)


def _put_off(outgoing: Outgoing, now: datetime) -> None:
    """It is content-free and can wait: it is tried again, always later, and holds nothing else up; then it is given up.

    Trouble with our key is mended in days at most; what a stranger's header makes impossible is so for ever.
    """
    unwritten = Outgoing.objects.unwritten(now).filter(pk=outgoing.pk, attempts=outgoing.attempts)
    if outgoing.attempts < ATTEMPTS:
        unwritten.update(attempts=F("attempts") + 1, not_before=now + LATER * 2**outgoing.attempts)
        return
    # A row that no longer waits has bytes. These are no mail, and of its kind none is ever sent again.
    outgoing.state, outgoing.rendered, outgoing.not_before = Outgoing.State.FAILED, b"\r\n", None
    with transaction.atomic():
        if unwritten.select_for_update().exists():
            outgoing.save(update_fields=["state", "rendered", "not_before"])


@transaction.atomic
def _approve(outgoing: Outgoing, now: datetime) -> bool:
    if not Outgoing.objects.unwritten(now).filter(pk=outgoing.pk).select_for_update().exists():
        return False
    if outgoing.kind != Outgoing.Kind.ACKNOWLEDGEMENT:
        ticket = outgoing.said.ticket
        if not Outgoing.objects.waiting_for_a_key().filter(message__ticket=ticket).exists():
            outgoing.said.delete()  # The answer has gone: there is nothing to say any more.
            return False
        if not breaker.claim_notice(outgoing.recipient, now=now):
            # Somebody's answer waits: what the breaker holds up is said later, not never.
            later = max(breaker.lets_through_at(now), now + LATER)
            Outgoing.objects.filter(pk=outgoing.pk).update(not_before=later)
            return False
    outgoing.state, outgoing.approved, outgoing.not_before = Outgoing.State.APPROVED, now, None
    outgoing.attempts = 0  # From now on those of sending it are counted.
    outgoing.save(update_fields=["rendered", "fingerprint", "state", "approved", "not_before", "attempts"])
    enqueue("send", outgoing.pk)
    return True


def _render(outgoing: Outgoing, now: datetime) -> tuple[bytes, str | None]:
    """Encrypted to the key that answers in this ticket are encrypted to, else in clear: there is no secret in it (R6).

    In clear also where a key is known from another ticket only: who wrote here may not be able to read with it.
    """
    reply, signer = _reply(outgoing, now), outgoing.said.signature_fingerprint
    keyring, choice = SecretKeyring(settings.GNUPG_HOME), key_for(outgoing.said.ticket, now=now)
    if choice.certificate:
        recipients = [choice.certificate]
        try:
            sealed = render_encrypted(reply, keyring=keyring, signer=signer, recipients=recipients)
        except UnusableKeyError:
            logger.info("automatic mail %s goes in clear: the key cannot be used", outgoing.pk)
        else:
            return sealed, choice.fingerprint
    return render_clear(reply, keyring=keyring, signer=signer), None


def _reply(outgoing: Outgoing, now: datetime) -> Reply:
    """It quotes nothing and names no ticket, not even inside an encryption: its words are the same for everybody."""
    message = outgoing.said
    asked = message.ticket.messages.from_the_requester().order_by("-created", "-pk").first()
    return Reply(
        sender_name=message.sender_name,
        sender=message.sender_address,
        recipient=outgoing.recipient,
        subject=message.subject,
        text=message.text,
        number="",
        message_id=message.message_id,
        in_reply_to=asked.message_id if asked else "",
        date=now,
        auto_submitted="auto-replied",
    )
