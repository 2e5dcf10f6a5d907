"""A ticket's timeline: its messages as cards, and between them, quietly, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.access import KeyChange
from tickets.desk.conversation.delivery_words import returns_of
from tickets.desk.conversation.history import Line
from tickets.desk.conversation.long_text import cut, is_long
from tickets.desk.conversation.parts import PartRow, loose_files_of, parts_of
from tickets.desk.conversation.protection import how_it_went, protection_of
from tickets.desk.conversation.report import Section, questions_of, sections_of
from tickets.desk.outgoing_words import state_in_words
from tickets.desk.saying import Saying
from tickets.models import Attachment, Message, Outgoing, Ticket
from tickets.travel import keys_known_in

_REPORTS = {
    "delayed": gettext_noop("A mail server wrote this: a mail is delayed, and it goes on trying."),
    "delivered": gettext_noop("A mail server wrote this: a mail was delivered."),
}
_MACHINES = ("bounce", "automatic", "list", "loop")


@dataclass(frozen=True, slots=True)
class Card:
    """A message. Everything but `text`, `rest` and `questions` is ours."""

    message: Message
    at: datetime
    sayings: list[Saying]
    outgoing: Outgoing | None
    outgoing_words: str
    """How far it has come; empty when nothing goes out."""
    came_back: bool
    text: str
    rest: str
    """The whole text, when the message repeats or adds more than what the person wrote."""
    is_cut: bool
    """Whether one of both, or what they answered, is too long to stand here whole."""
    machine: str
    questions: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    """What is encrypted in it and was not opened."""
    attachments: Sequence[Attachment] = ()
    is_card: bool = True

    @property
    def is_quiet(self) -> bool:
        """Whether it is folded: nobody wrote it, and nobody has to do anything about it."""
        return self.message.kind == Message.Kind.AUTOMATIC or self.message.machine == "automatic"


def timeline_of(ticket: Ticket, history: Sequence[Line], changes: Sequence[KeyChange]) -> list[Card | Line]:
    """Cards, and the lines that no card says by itself, oldest first; a constant number of queries."""
    lines = [line for line in history if not line.is_said_by_card]
    return sorted([*_cards(ticket, changes), *lines], key=lambda entry: entry.at)


def _cards(ticket: Ticket, changes: Sequence[KeyChange]) -> Iterator[Card]:
    known = Known(keys_known_in(ticket), frozenset(change.origin for change in changes if change.origin))
    messages = ticket.messages.select_related(
        "author", "outgoing", "release_asked_by", "released_by"
    ).prefetch_related("attachments", "returns")
    for message in messages.order_by("created", "id"):
        message.ticket = ticket  # The key that opens it is at hand: no query for each.
        attachments = list(message.attachments.all())
        for attachment in attachments:
            attachment.message = message
        yield _card(message, attachments, known)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the requester's keys in a ticket."""

    fingerprints: frozenset[str]
    brought_by: frozenset[UUID]
    """Messages that brought a key."""


def _card(message: Message, attachments: Sequence[Attachment], known: Known) -> Card:
    outgoing: Outgoing | None = getattr(message, "outgoing", None)
    if outgoing:
        outgoing.message = message
    sections = sections_of(message)
    came_back = any(each.delivery == Message.Delivery.FAILED for each in message.returns.all())
    parts = parts_of(message, attachments)
    rest = "" if sections else message.full_text
    return Card(
        message=message,
        at=message.created,
        sayings=_sayings(message, outgoing, known),
        outgoing=outgoing,
        outgoing_words=_went(outgoing, came_back=came_back),
        came_back=came_back,
        text=cut(message.text),
        rest=cut(rest),
        is_cut=is_long(message.text) or is_long(rest),
        machine=_machine(message),
        questions=[(heading, cut(answer)) for heading, answer in questions_of(message)],
        sections=sections,
        parts=parts,
        attachments=loose_files_of(attachments, parts),
    )


def _went(outgoing: Outgoing | None, *, came_back: bool) -> str:
    return state_in_words(outgoing, returned=came_back, now=timezone.now()) if outgoing else ""


def _sayings(message: Message, outgoing: Outgoing | None, known: Known) -> list[Saying]:
    if message.kind == Message.Kind.INBOUND:
        return protection_of(
            message,
            is_signer_known=message.signature_fingerprint in known.fingerprints,
            brings_a_key=message.pk in known.brought_by,
        )
    went = [how_it_went(message)] if outgoing else []
    return [*returns_of(message), *went]


def _machine(message: Message) -> str:
    if message.delivery in _REPORTS:
        return _(_REPORTS[message.delivery])
    words = {
        "bounce": _("A mail server wrote this: a mail could not be delivered."),
        "automatic": _("A machine wrote this, not a person."),
        "list": _("This came over a mailing list."),
        "loop": _("This is one of our own mails coming back."),
    }
    return words[message.machine] if message.machine in _MACHINES else ""
