"""A ticket's timeline: its messages as cards, and between them, quietly, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.desk.conversation.delivery_words import returns_of
from tickets.desk.conversation.long_text import cut, is_long
from tickets.desk.conversation.parts import SealedPart, parts_of
from tickets.desk.conversation.protection import Saying, how_it_went, protection_of
from tickets.desk.conversation.report import Section, questions_of, sections_of
from tickets.models import Attachment, Event, Message, Outgoing, Ticket
from tickets.travel import keys_known_in

# What a card says by itself is not repeated between the cards.
_SAID_BY_CARDS = frozenset(
    {
        *(Event.Kind.OPENED, Event.Kind.RECEIVED, Event.Kind.ANSWERED, Event.Kind.NOTED, Event.Kind.SENT),
        *(Event.Kind.ACKNOWLEDGED, Event.Kind.NOTICED, Event.Kind.KEY_ASKED, Event.Kind.CAME_BACK),
    }
)
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
    text: str
    rest: str
    """The whole text, when the message repeats or adds more than what the person wrote."""
    is_cut: bool
    """Whether one of both, or what they answered, is too long to stand here whole."""
    machine: str
    questions: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    parts: list[SealedPart] = field(default_factory=list)
    """What is encrypted in it and was not opened."""
    attachments: Sequence[Attachment] = ()
    is_card: bool = True

    @property
    def is_quiet(self) -> bool:
        """Whether it is folded: nobody wrote it, and nobody has to do anything about it."""
        return self.message.kind == Message.Kind.AUTOMATIC or self.message.machine == "automatic"


@dataclass(frozen=True, slots=True)
class Line:
    """What was done between two messages."""

    at: datetime
    words: str
    is_said_by_card: bool
    is_card: bool = False


def timeline_of(ticket: Ticket, history: Sequence[Line]) -> list[Card | Line]:
    """Cards, and the lines that no card says by itself, oldest first; a constant number of queries."""
    lines = [line for line in history if not line.is_said_by_card]
    return sorted([*_cards(ticket), *lines], key=lambda entry: entry.at)


def history_of(ticket: Ticket) -> list[Line]:
    """All that was done to the ticket, oldest first; one query."""
    events = ticket.events.select_related("by", "whom").order_by("at", "id")
    return [Line(event.at, sentence_of(event), event.kind in _SAID_BY_CARDS) for event in events]


def _cards(ticket: Ticket) -> Iterator[Card]:
    known = keys_known_in(ticket)
    messages = ticket.messages.select_related(
        "author", "outgoing", "release_asked_by", "released_by"
    ).prefetch_related("attachments", "returns")
    for message in messages.order_by("created", "id"):
        message.ticket = ticket  # The key that opens it is at hand: no query for each.
        attachments = list(message.attachments.all())
        for attachment in attachments:
            attachment.message = message
        yield _card(message, attachments, known)


def _card(message: Message, attachments: Sequence[Attachment], known: frozenset[str]) -> Card:
    outgoing: Outgoing | None = getattr(message, "outgoing", None)
    if outgoing:
        outgoing.message = message
    sections = sections_of(message)
    rest = "" if sections else message.full_text
    return Card(
        message=message,
        at=message.created,
        sayings=_sayings(message, outgoing, known),
        outgoing=outgoing,
        text=cut(message.text),
        rest=cut(rest),
        is_cut=is_long(message.text) or is_long(rest),
        machine=_machine(message),
        questions=[(heading, cut(answer)) for heading, answer in questions_of(message)],
        sections=sections,
        parts=parts_of(message),
        attachments=attachments,
    )


def _sayings(message: Message, outgoing: Outgoing | None, known: frozenset[str]) -> list[Saying]:
    if message.kind == Message.Kind.INBOUND:
        return protection_of(message, is_signer_known=message.signature_fingerprint in known)
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


def sentence_of(event: Event) -> str:
    """'Ana: assigned to Bo'; nobody is named when the desk did it by itself."""
    words = str(event.get_kind_display())
    if event.kind == Event.Kind.ASSIGNED and event.whom:
        words = _("took it") if event.whom == event.by else _("assigned to %s") % event.whom.short_name
    return f"{event.by.short_name}: {words}" if event.by else words
