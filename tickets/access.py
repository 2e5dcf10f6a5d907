"""The only way to rows on behalf of a person: what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from crypto.correspondents.known_keys import KnownKey, known_keys
from crypto.digests import address_digest
from crypto.models import DeskKey, PublicKey
from helpdesk.models import User
from tickets.models import (
    Attachment,
    AutomaticMail,
    Breaker,
    Draft,
    Incoming,
    Mailbox,
    Message,
    Outgoing,
    Queue,
    Ticket,
)
from tickets.models.incoming import IncomingQuerySet
from tickets.models.message import MessageQuerySet
from tickets.models.outgoing import OutgoingQuerySet
from tickets.models.queue import QueueQuerySet
from tickets.models.ticket import TicketQuerySet


def queues_of(user: User) -> QueueQuerySet:
    """The queues that a person is a member of. Superusers are people like others here."""
    return Queue.objects.of(user.pk)


def queue_for_coordinator(user: User, slug: str) -> Queue:
    """A queue that a person coordinates: one of their own, else Http404."""
    own = queues_of(user) if user.is_coordinator else Queue.objects.none()
    return get_object_or_404(own, slug=slug)


def languages_of(queue: Queue) -> set[str]:
    """The languages in which people write to a queue. Give only a queue that a person may see."""
    living = Ticket.objects.living().filter(queue=queue).exclude(language="").order_by()
    return set(living.values_list("language", flat=True).distinct())


def tickets_of(user: User) -> TicketQuerySet:
    """The living tickets of a person's queues."""
    return Ticket.objects.living().filter(queue__in=queues_of(user).values("pk"))


def ticket_for(user: User, ticket_id: UUID) -> Ticket:
    """One of a person's tickets, else Http404."""
    return get_object_or_404(tickets_of(user).with_rows(), pk=ticket_id)


def message_for(user: User, message_id: UUID) -> Message:
    """A message of one of a person's tickets, else Http404."""
    messages = Message.objects.filter(ticket__in=tickets_of(user)).select_related("ticket__key")
    return get_object_or_404(messages, pk=message_id)


def attachment_for(user: User, attachment_id: UUID) -> Attachment:
    """An attachment in one of a person's tickets, else Http404."""
    attachments = Attachment.objects.filter(message__ticket__in=tickets_of(user))
    return get_object_or_404(attachments.select_related("message__ticket__key"), pk=attachment_id)


def outgoing_of(user: User) -> OutgoingQuerySet:
    """The outgoing mails of a person's tickets."""
    return Outgoing.objects.filter(message__ticket__in=tickets_of(user))


def outgoing_for(user: User, outgoing_id: UUID) -> Outgoing:
    """An outgoing mail of one of a person's tickets, else Http404."""
    rows = outgoing_of(user).select_related("message__ticket__key", "message__ticket__queue")
    return get_object_or_404(rows, pk=outgoing_id)


def incoming_of(user: User) -> IncomingQuerySet:
    """Mails that are not filed belong to no queue yet: coordinators and members of any queue see that they are there."""
    if user.is_coordinator or queues_of(user).exists():
        return Incoming.objects.all()
    return Incoming.objects.none()


def incoming_for(user: User, incoming_id: UUID) -> Incoming:
    """A mail that waits for somebody, for a person who works here; else Http404."""
    return get_object_or_404(incoming_of(user).waiting_for_somebody(), pk=incoming_id)


@dataclass(frozen=True, slots=True)
class MailRoom:
    """What a coordinator sees of all mail, whatever the queue: states, times and counts, never what stands in it."""

    mailboxes: QuerySet[Mailbox]
    mails: IncomingQuerySet
    outbox: OutgoingQuerySet
    automatic: QuerySet[AutomaticMail]
    breakers: QuerySet[Breaker]
    desk_keys: QuerySet[DeskKey]
    queues: QueueQuerySet


def mail_room_for(user: User) -> MailRoom:
    """The mail room, for a coordinator; else Http404."""
    if not user.is_coordinator:
        raise Http404
    return MailRoom(
        mailboxes=Mailbox.objects.all(),
        mails=Incoming.objects.all(),
        # Its sealed columns are not even read: addresses and bytes of other queues' mail are not a coordinator's.
        outbox=Outgoing.objects.defer("recipient", "sender", "rendered", "fingerprint"),
        automatic=AutomaticMail.objects.all(),
        breakers=Breaker.objects.all(),
        desk_keys=DeskKey.objects.all(),
        queues=Queue.objects.all(),
    )


def kept_mail_for(user: User, incoming_id: UUID) -> Incoming:
    """A mail that waits for somebody and whose bytes are here, for a coordinator who takes them out; else Http404."""
    kept = mail_room_for(user).mails.waiting_for_somebody().filter(key__isnull=False)
    return get_object_or_404(kept.select_related("key"), pk=incoming_id)


def draft_of(user: User, ticket: Ticket) -> Draft | None:
    """What this person has begun to answer; nobody else's drafts can be read."""
    return Draft.objects.filter(ticket=ticket, author=user).select_related("ticket__key").first()


def earlier_tickets(user: User, ticket: Ticket, *, limit: int) -> list[Ticket]:
    """Other tickets of the same requester that this person may see, newest first."""
    if not ticket.requester_digest:
        return []
    same = tickets_of(user).filter(requester_digest=ticket.requester_digest).exclude(pk=ticket.pk)
    return list(same.with_rows().order_by("-created")[:limit])


def keys_of(ticket: Ticket, *, now: datetime) -> tuple[KnownKey, ...]:
    """The keys of a ticket's requester, with their history. Give only a ticket that a person may see."""
    return known_keys(ticket.requester_address, now=now) if ticket.requester_address else ()


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What happened to one of a requester's keys; see crypto.models.KeyEvent."""

    kind: str
    at: datetime
    origin: UUID | None
    """The message that brought it."""
    fingerprint: str


def key_changes_of(ticket: Ticket) -> list[KeyChange]:
    """All that happened to the keys of a ticket's requester, in two queries. Give only a ticket that a person may see."""
    keys = PublicKey.objects.filter(address_digest=address_digest(ticket.requester_address))
    return [
        KeyChange(event.kind, event.at, event.origin, key.fingerprint)
        for key in keys.select_related("key").prefetch_related("events")
        for event in key.events.all()
    ]


def messages_among(user: User, identities: Iterable[UUID]) -> dict[UUID, Message]:
    """Those of some messages that a person may see, by their ids, with their tickets."""
    theirs = Message.objects.filter(ticket__in=tickets_of(user), pk__in=set(identities))
    return {message.pk: message for message in theirs.select_related("ticket__key")}


def members_of(queue: Queue) -> QuerySet[User]:
    """The people who may have a ticket of this queue."""
    return User.objects.filter(queues=queue, is_active=True).order_by("first_name", "username")


def first_messages(tickets: Iterable[Ticket]) -> dict[UUID, Message]:
    """The first message of each ticket, by the ticket's id. Give only tickets that a person may see."""
    earliest = Message.objects.filter(ticket=OuterRef("pk")).order_by("created", "id").values("pk")[:1]
    first = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).values_list(Subquery(earliest))
    rows = Message.objects.filter(pk__in=first).select_related("ticket__key")
    return {message.ticket_id: message for message in rows}


def came_back(tickets: Iterable[Ticket]) -> set[UUID]:
    """The ids of those that wait because an answer did not arrive. Give only tickets that a person may see."""
    failed = Message.objects.filter(delivery=Message.Delivery.FAILED, about__kind=Message.Kind.OUTBOUND)
    since = failed.filter(created__gte=F("ticket__waiting_since"))
    return set(since.filter(ticket__in=[ticket.pk for ticket in tickets]).values_list("ticket", flat=True))


def waiting_for_a_key(tickets: Iterable[Ticket]) -> set[UUID]:
    """The ids of those in which an answer waits for a key. Give only tickets that a person may see."""
    waiting = Outgoing.objects.waiting_for_a_key()
    return set(
        waiting.filter(message__ticket__in=[ticket.pk for ticket in tickets]).values_list(
            "message__ticket", flat=True
        )
    )


def returned_among(outgoing: Iterable[Outgoing]) -> set[UUID]:
    """The ids of the messages that did not arrive, of mails that were sent."""
    carried = [each.message_id for each in outgoing if each.message_id]
    failed = Message.objects.filter(about__in=carried, delivery=Message.Delivery.FAILED)
    return {pk for pk in failed.values_list("about", flat=True) if pk}


def asked_to_agree(user: User) -> MessageQuerySet:
    """Texts under another name that a colleague wants answered, and that this person has to decide about (R5)."""
    asked = Message.objects.unreleased().filter(release_asked_by__isnull=False)
    return asked.filter(ticket__in=tickets_of(user).open()).exclude(release_asked_by=user)


def under_another_name(tickets: Iterable[Ticket]) -> dict[UUID, int | None]:
    """Those in which nothing can be answered before two agree, with who asked. Give only tickets that a person may see."""
    unreleased = Message.objects.unreleased().filter(ticket__in=[ticket.pk for ticket in tickets])
    return dict(unreleased.order_by("release_asked_by").values_list("ticket", "release_asked_by"))


def with_a_key_to_compare(tickets: TicketQuerySet, *, now: datetime) -> TicketQuerySet:
    """Those of some tickets in which an answer waits for a key, and for whose requester one came, in whatever ticket."""
    waiting = Outgoing.objects.waiting_for_a_key().filter(not_before__isnull=True)
    came = PublicKey.objects.filter(
        Q(expires__isnull=True) | Q(expires__gt=now),
        address_digest=OuterRef("requester_digest"),
        state__in=[PublicKey.State.PROPOSED, PublicKey.State.IN_USE],
        trouble="",
    )
    return tickets.open().filter(Exists(came), pk__in=waiting.values("message__ticket"))


def only_machines_wrote(tickets: Iterable[Ticket]) -> set[UUID]:
    """The ids of those in which no person said anything, neither theirs nor ours."""
    asked = {ticket.pk for ticket in tickets}
    person = Q(kind=Message.Kind.OUTBOUND) | Q(kind=Message.Kind.INBOUND, machine="")
    return asked - set(Message.objects.filter(person, ticket__in=asked).values_list("ticket", flat=True))
