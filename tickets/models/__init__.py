"""The rows of a help desk, one file a thing."""

from __future__ import annotations

from tickets.models.attachment import Attachment
from tickets.models.automatic_mail import AutomaticMail, Breaker
from tickets.models.automatic_text import AutomaticText
from tickets.models.ciphertext import Ciphertext
from tickets.models.draft import Draft
from tickets.models.event import Event
from tickets.models.incoming import Incoming
from tickets.models.mailbox import Mailbox
from tickets.models.message import Message
from tickets.models.outgoing import Outgoing
from tickets.models.queue import Queue
from tickets.models.ticket import Ticket
from tickets.models.tombstone import Tombstone

__all__ = [
    "Attachment",
    "AutomaticMail",
    "AutomaticText",
    "Breaker",
    "Ciphertext",
    "Draft",
    "Event",
    "Incoming",
    "Mailbox",
    "Message",
    "Outgoing",
    "Queue",
    "Ticket",
    "Tombstone",
]
