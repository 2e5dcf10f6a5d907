"""Tickets as the mail line leaves them behind, made without mails."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from crypto.correspondents.certificates import Certificate, State
from crypto.correspondents.history import Sighting
from crypto.keys import learn_key
from crypto.models import KeyEvent, PublicKey, SealKey
from tests.keyrings import BOB, CAROL, certificate
from tickets.actions.receive import (
    Arrival,
    File,
    Protection,
    Requester,
    draft_message,
    open_ticket,
    save_message,
)
from tickets.models import Message, Queue, Ticket

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REQUESTER = "bob@user.example"
_FINGERPRINTS = {"bob": BOB, "carol": CAROL}


def arrival(
    text: str = "It does not start.",
    *,
    address: str = REQUESTER,
    encryption: str = "ok",
    received: datetime = NOW,
    **more: object,
) -> Arrival:
    """A mail of Bob's, as it is received."""
    return Arrival(
        received=received,
        requester=Requester("Bob Bird", address),
        protection=Protection(
            encryption=encryption, signature="none", replayed=bool(more.pop("replayed", False))
        ),
        subject="Black screen",
        text=text,
        **more,  # type: ignore[arg-type]  # the fields of an Arrival, as the test names them
    )


def opened(queue: Queue, *, files: int = 0, closed: datetime | None = None, **more: object) -> Ticket:
    """A ticket with its first message, which has a raw mail and as many attachments as are asked for."""
    ticket = Ticket()
    ticket.key = SealKey.objects.make(ticket.pk)
    names = [f"screen {number}.png" for number in range(files)]
    kept = tuple(File(name, "image/png", 5, ticket.key.write_blob(b"image")) for name in names)
    came = arrival(raw_blob=ticket.key.write_blob(b"raw mail"), files=kept, **more)  # type: ignore[arg-type]  # as above
    with transaction.atomic():
        open_ticket(ticket, came, queue=queue)
        save_message(draft_message(ticket, came), came)
    if closed:
        Ticket.objects.filter(pk=ticket.pk).update(state=Ticket.State.CLOSED, closed=closed)
        ticket.refresh_from_db(fields=["state", "closed"])
    return ticket


def received(ticket: Ticket, came: Arrival) -> Message:
    """One more message in a ticket."""
    message = draft_message(ticket, came)
    save_message(message, came)
    return message


def first_message(ticket: Ticket) -> Message:
    """What its requester said first."""
    return ticket.messages.order_by("created")[0]


def know_key(
    name: str = "bob",
    *,
    address: str = REQUESTER,
    encrypted: bool = True,
    now: datetime = NOW,
    origin: Message | None = None,
) -> str:
    """Learn the key of this file in tests/keys for an address; its fingerprint.

    The message that it came in is its `origin`; without one it is as if somebody had compared it long ago.
    """
    fingerprint = _FINGERPRINTS[name]
    offered = Certificate(
        fingerprint=fingerprint,
        addresses=frozenset({address}),
        created=None,
        expires=None,
        state=State.USABLE,
        algorithm="ed25519",
        minimal=certificate(name),
    )
    seen = Sighting(PublicKey.Source.REPORT, now, encrypted=encrypted, origin=origin.pk if origin else None)
    row = learn_key(address, offered, seen, unasked=True)
    if origin is None and row.state == PublicKey.State.IN_USE:
        KeyEvent(public_key=row, kind=KeyEvent.Kind.CONFIRMED, at=now).save()
    return fingerprint
