"""Receiving: what a mail becomes in the database. The files it names are on disk already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from crypto.digests import address_digest
from tickets.actions.event import note_event
from tickets.models import Attachment, Event, Message, Queue, Ticket


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, sealed and on disk."""

    name: str
    type: str
    size: int
    blob: str


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. An empty address: nobody who can be answered."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """What is known of a message's protection, in the words of crypto.verdict."""

    encryption: str
    signature: str
    fingerprint: str = ""
    replayed: bool = False

    @property
    def demands_secrecy(self) -> bool:
        """Whether any of it came encrypted: then nothing of the ticket leaves in clear, ever."""
        return self.encryption != "none"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mail server reports of one of our mails."""

    about: Message
    delivery: str
    """'failed', 'delayed' or 'delivered'; empty when it does not say so that we understand it."""
    code: str

    @property
    def is_new_failure(self) -> bool:
        """Whether it says for the first time that the mail did not arrive."""
        failed = Message.Delivery.FAILED
        return self.delivery == failed and not self.about.returns.filter(delivery=failed).exists()


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that a mail brings, in the shape of the rows it becomes."""

    received: datetime
    requester: Requester
    protection: Protection
    subject: str = field(repr=False)
    text: str = field(repr=False)
    full_text: str = field(default="", repr=False)
    message_id: str = ""
    message_id_digest: str = ""
    machine: str = ""
    html: bool = False
    language: str = ""
    report_digest: str = ""
    has_report: bool = False
    problems: tuple[str, ...] = ()
    encrypted_parts: tuple[dict[str, str], ...] = ()
    raw_blob: str = ""
    returned: Returned | None = None
    files: tuple[File, ...] = ()
    wakes: bool = True
    """False of old mail from an archive: what it comes to is added to, and nobody waits because of it."""


def open_ticket(ticket: Ticket, arrival: Arrival, *, queue: Queue) -> None:
    """Save a ticket that has its id and its key, filled from its first mail."""
    ticket.queue = queue
    ticket.subject = arrival.subject
    ticket.requester_name = arrival.requester.name
    ticket.requester_address = arrival.requester.address
    ticket.requester_digest = address_digest(arrival.requester.address)
    ticket.language = arrival.language
    ticket.report_digest = arrival.report_digest
    ticket.protected = arrival.protection.demands_secrecy
    ticket.created = ticket.updated = arrival.received
    ticket.waiting_since = None if arrival.machine else arrival.received
    ticket.save(force_insert=True)
    note_event(ticket, Event.Kind.OPENED, at=arrival.received)


def continue_ticket(ticket: Ticket, arrival: Arrival) -> bool:
    """Let a mail into a ticket that is there: it waits again, and a closed one opens. False if it is being forgotten.

    A machine's mail is shown, but nobody waits for an answer to it; nor to what is as old as its archive.
    """
    living = Ticket.objects.living().filter(pk=ticket.pk)
    is_waiting = arrival.wakes and not arrival.machine
    values: dict[str, object] = {
        "updated": arrival.received if arrival.wakes else Greatest(F("updated"), arrival.received)
    }
    if arrival.protection.demands_secrecy:
        values["protected"] = True
    if is_waiting:
        values |= {"state": Ticket.State.OPEN, "closed": None}
    if not living.update(**values):
        return False
    if is_waiting:
        living.filter(waiting_since__isnull=True).update(waiting_since=arrival.received)
        if ticket.state == Ticket.State.CLOSED:
            note_event(ticket, Event.Kind.REOPENED, at=arrival.received)
    note_event(ticket, Event.Kind.RECEIVED, at=arrival.received)
    if arrival.wakes and arrival.returned and arrival.returned.is_new_failure:
        _note_return(ticket, arrival.returned.about, now=arrival.received)
    ticket.refresh_from_db(fields=["state", "closed", "updated", "waiting_since", "protected"])
    return True


def _note_return(ticket: Ticket, about: Message, *, now: datetime) -> None:
    """An answer that did not arrive is somebody's work again, also when the ticket was closed since.

    That an acknowledgement did not arrive is written down, and nobody's work.
    """
    note_event(ticket, Event.Kind.CAME_BACK, at=now)
    if about.kind != Message.Kind.OUTBOUND:
        return
    living = Ticket.objects.living().filter(pk=ticket.pk)
    if living.filter(state=Ticket.State.CLOSED).update(state=Ticket.State.OPEN, closed=None):
        note_event(ticket, Event.Kind.REOPENED, at=now)
    living.filter(waiting_since__isnull=True).update(waiting_since=now)


def draft_message(ticket: Ticket, arrival: Arrival) -> Message:
    """The message that a mail becomes, with its id, not saved yet."""
    return Message(
        ticket=ticket,
        kind=Message.Kind.INBOUND,
        created=arrival.received,
        text=arrival.text,
        full_text=arrival.full_text or None,
        subject=arrival.subject,
        sender_name=arrival.requester.name,
        sender_address=arrival.requester.address,
        problems=list(arrival.problems) or None,
        encrypted_parts=list(arrival.encrypted_parts) or None,
        encryption=arrival.protection.encryption,
        signature=arrival.protection.signature,
        signature_fingerprint=arrival.protection.fingerprint or None,
        replayed=arrival.protection.replayed,
        html=arrival.html,
        report_due=arrival.has_report,
        about=arrival.returned.about if arrival.returned else None,
        delivery=arrival.returned.delivery if arrival.returned else "",
        delivery_code=arrival.returned.code if arrival.returned else "",
        machine=arrival.machine,
        message_id=arrival.message_id or None,
        message_id_digest=arrival.message_id_digest,
        raw_blob=arrival.raw_blob,
    )


def save_message(message: Message, arrival: Arrival) -> None:
    """Write the message and its attachments, however many, in two statements."""
    message.save(force_insert=True)
    if arrival.files:
        Attachment.objects.bulk_create(
            Attachment(
                message=message,
                position=position,
                name=file.name,
                type=file.type,
                size=file.size,
                blob=file.blob,
            )
            for position, file in enumerate(arrival.files)
        )
