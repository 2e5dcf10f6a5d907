"""Threading: which ticket a letter belongs to, decided by secrets of ours and by who wrote, never by its subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from crypto.digests import address_digest
from crypto.vault import digest
from crypto.verdict import Encryption, SignatureState
from tickets.mail.letter import Accepted, Letter, Machine
from tickets.mail.message_ids import is_secret
from tickets.mail.reporter import Reporter
from tickets.models import Message, Ticket

_HEAD = 64 * 1024
_PARTS = 5
_IDS = 10
_FOUND = 200
"""So many messages are looked at; a person has fewer with the Message-IDs of one thread."""
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_OUR_MESSAGE_ID = re.compile(r"(?im)^message-id:\s{0,3}<(wd\.[0-9a-f]{32}@[^<>\s]{1,255})>")


@dataclass(frozen=True, slots=True)
class Place:
    """The ticket to file into, or none for a new one; and the ticket that the letter claims without proof."""

    ticket: Ticket | None = None
    claims: Ticket | None = None
    about: Message | None = None
    """The mail of ours that a mail server reports about."""


def find_place(accepted: Accepted, reporter: Reporter) -> Place:
    """A Message-ID of a ticket only proposes it: the sender must be its requester, or a mail server about our mail.

    Message-IDs of ours end in 128 random bits that only the requester (and the servers between) have seen.
    """
    if accepted.machine is Machine.BOUNCE:
        about = _returned(accepted.letter)
        return Place(ticket=about.ticket, about=about) if about else Place()
    references = accepted.letter.references
    referred = _referred(references)
    if ticket := _nearest(_of_their_own(referred, accepted, reporter), references):
        return Place(ticket=ticket)
    if claims := _nearest(referred, references):
        return Place(claims=claims)
    return Place(ticket=_same_report(accepted.letter, reporter))


def message_id_digest(message_id: str) -> str:
    """Keyed digest of a Message-ID without its angle brackets; empty for none."""
    return digest("message-id", message_id.strip("<> ")) if message_id else ""


def _returned(letter: Letter) -> Message | None:
    """The mail of ours that a report is about: the first of which it names the secret that we put into its Message-ID.

    Anybody can write a report. What it says of a mail counts only with what the mail's recipient and the servers on its
    way have seen; the Message-ID of somebody else's mail in the ticket is no such secret.
    """
    digests = [message_id_digest(each) for each in _reported(letter) if is_secret(each)][:_IDS]
    ours = (Message.Kind.OUTBOUND, Message.Kind.AUTOMATIC)
    rows = Message.objects.filter(message_id_digest__in=digests, kind__in=ours)
    living = rows.exclude(ticket__state=Ticket.State.FORGETTING)
    found = {row.message_id_digest: row for row in living.select_related("ticket__key", "ticket__queue")}
    return next((found[mark] for mark in digests if mark in found), None)


def _reported(letter: Letter) -> tuple[str, ...]:
    """Message-IDs wherever a report may have them: the reader's finds first, then the head of our mail in any place."""
    returned = [each.content[:_HEAD] for each in letter.attachments[:_PARTS] if each.type in _RETURNED]
    texts = [letter.text[:_HEAD], *(content.decode("ascii", "replace") for content in returned)]
    found = [match[1] for text in texts for match in islice(_OUR_MESSAGE_ID.finditer(text), _IDS)]
    said = letter.delivery.message_ids if letter.delivery else ()
    return (*said, *letter.references, *found)


def _referred(references: tuple[str, ...]) -> QuerySet[Message]:
    """The messages that are referred to. One Message-ID may be of several: anybody can file a mail with another's."""
    digests = [message_id_digest(reference) for reference in references]
    messages = Message.objects.filter(message_id_digest__in=digests).exclude(message_id_digest="")
    return messages.exclude(ticket__state=Ticket.State.FORGETTING)


def _nearest(messages: QuerySet[Message], references: tuple[str, ...]) -> Ticket | None:
    """The ticket of the message that is referred to first, and of the oldest where several have its Message-ID."""
    rows = messages.select_related("ticket__key", "ticket__queue").order_by("-created", "-pk")[:_FOUND]
    found = {row.message_id_digest: row.ticket for row in rows}
    digests = (message_id_digest(reference) for reference in references)
    return next((found[mark] for mark in digests if mark in found), None)


def _of_their_own(messages: QuerySet[Message], accepted: Accepted, reporter: Reporter) -> QuerySet[Message]:
    """Those in tickets that the sender is the requester of.

    The From of a mail in clear is anybody's word. Into a protected ticket it is let in all the same, because the
    reference is a secret; the message's own header says that it was not encrypted.
    """
    if not reporter.address or accepted.letter.signature.state is SignatureState.INVALID:
        return messages.none()
    return messages.filter(ticket__requester_digest=address_digest(reporter.address))


def _same_report(letter: Letter, reporter: Reporter) -> Ticket | None:
    """WhisperBack repeats its id while it stays open: a second report of it by the same person is a follow-up."""
    if not reporter.report_id or not reporter.address or letter.encryption is not Encryption.OK:
        return None
    if letter.sender_differs:
        return None  # Who mailed it is not who wrote it: it is no follow-up of theirs.
    return (
        Ticket.objects.living()
        .filter(
            report_digest=digest("report", reporter.report_id),
            requester_digest=address_digest(reporter.address),
            protected=True,
        )
        .select_related("key", "queue")
        .first()
    )
