"""Small factories for the rows that pages show, with invented people."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from crypto.correspondents.history import Sighting, note_sighting
from crypto.digests import address_digest, fingerprint_digest
from crypto.models import KeyEvent, PublicKey, SealKey
from helpdesk.models import User
from tickets.models import Attachment, Incoming, Message, Outgoing, Queue, Ticket

KIM = "kim@reporter.example"
FINGERPRINT = "C3A6F0E10B52E4D29F8077E1ABCD1234ABCD9876"


def ago(hours: float) -> datetime:
    """So many hours before now."""
    return timezone.now() - timedelta(hours=hours)


def new_ticket(queue: Queue, **given: object) -> Ticket:
    """An open ticket that waits for an answer."""
    identity = uuid.uuid4()
    fields: dict[str, object] = {
        "subject": "A question",
        "requester_name": "Kim",
        "requester_address": KIM,
        "language": "en",
        "protected": True,
        "created": ago(2),
        "updated": ago(2),
        "waiting_since": ago(2),
        **given,
    }
    address = str(fields["requester_address"])
    digest = address_digest(address) if address else ""
    key = SealKey.objects.make(identity)
    ticket = Ticket(id=identity, key=key, queue=queue, requester_digest=digest, **fields)
    ticket.save(force_insert=True)
    return ticket


def new_message(ticket: Ticket, **given: object) -> Message:
    """Something that the requester said."""
    fields: dict[str, object] = {"kind": "inbound", "created": ago(2), "text": "Some words.", **given}
    if fields["kind"] == "inbound":
        fields = {"sender_name": "Kim", "sender_address": KIM, **fields}
    message = Message(ticket=ticket, **fields)
    message.save(force_insert=True)
    return message


def new_outgoing(ticket: Ticket, **given: object) -> Outgoing:
    """An answer and how far it has come."""
    message = new_message(ticket, kind="outbound", text="Try this.", encryption="ok", signature="valid")
    fields: dict[str, object] = {"state": "sent", "rendered": b"final bytes", "approved": ago(1), **given}
    outgoing = Outgoing(message=message, recipient=KIM, sender=ticket.queue.address, **fields)
    outgoing.save(force_insert=True)
    return outgoing


def new_attachment(message: Message, name: str, declared_type: str, content: bytes) -> Attachment:
    """A file that came with a message."""
    attachment = Attachment(
        message=message,
        position=message.attachments.count(),
        name=name,
        type=declared_type,
        size=len(content),
        blob=message.sealing_key.write_blob(content),
    )
    attachment.save(force_insert=True)
    return attachment


def new_mail(state: str, reason: str) -> Incoming:
    """A mail that was not filed."""
    identity = uuid.uuid4()
    key = SealKey.objects.make(identity)
    blob = key.write_blob(b"Subject: swordfish\n\nnobody may read this here")
    mail = Incoming(id=identity, key=key, mailbox="inbox", digest=identity.hex * 2, blob=blob, size=4096)
    mail.received, mail.state, mail.reason, mail.attempts = ago(5), state, reason, 5
    mail.save(force_insert=True)
    return mail


def new_public_key(
    fingerprint: str = FINGERPRINT,
    *,
    state: str = "in_use",
    days: int = 3,
    encrypted: bool = True,
    message: Message | None = None,
) -> PublicKey:
    """Kim's key as it was learned from a message; its bytes are never looked at here.

    Without a message it is as if somebody had compared it long ago.
    """
    identity = uuid.uuid4()
    row = PublicKey(
        id=identity,
        key=SealKey.objects.make(identity),
        address_digest=address_digest(KIM),
        fingerprint_digest=fingerprint_digest(fingerprint),
        fingerprint=fingerprint,
        certificate=b"certificate",
        state=state,
        source=PublicKey.Source.REPORT if encrypted else PublicKey.Source.ATTACHMENT,
        encrypted=encrypted,
        first_seen=ago(24 * days),
    )
    row.save(force_insert=True)
    source = PublicKey.Source.REPORT if encrypted else PublicKey.Source.ATTACHMENT
    origin = message.pk if message else None
    note_sighting(row, Sighting(source, row.first_seen, encrypted=encrypted, origin=origin))
    if state == "in_use" and message is None:
        KeyEvent(public_key=row, kind=KeyEvent.Kind.CONFIRMED, at=row.first_seen).save()
    return row


def foreign_ticket() -> Ticket:
    """A ticket in a queue that none of Alice, Bob and Charlie works on."""
    other = Queue.objects.create(slug="other", name="Other", address="o@desk.example", fingerprint="B" * 40)
    ticket = new_ticket(other, subject="Not for Alice")
    new_message(ticket, text="Nor this.")
    return ticket


def browser_of(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
