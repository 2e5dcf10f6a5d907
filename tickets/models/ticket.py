"""A ticket: one conversation with one requester."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.fields import SealedJSONField, SealedTextField
from crypto.models import SealKey
from tickets.models.queue import Queue

# Crockford's base 32: no letters that look like digits, none that make words by accident (no I, L, O, U).
NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number() -> str:
    """A ticket's public number, 'K7QX-3M2P': 40 random bits, so that it says nothing of how many tickets there are."""
    letters = [secrets.choice(NUMBER_ALPHABET) for _ in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Sets of tickets."""

    def open(self) -> TicketQuerySet:
        """Those that somebody still has to do something about."""
        return self.filter(state=Ticket.State.OPEN)

    def unanswered(self) -> TicketQuerySet:
        """Open ones in which the requester said the last word."""
        return self.open().filter(waiting_since__isnull=False)

    def living(self) -> TicketQuerySet:
        """All that are not being forgotten."""
        return self.exclude(state=Ticket.State.FORGETTING)

    def in_working_order(self) -> TicketQuerySet:
        """Unanswered first, oldest first; then what waits for the requester; then the closed."""
        waiting = models.F("waiting_since").asc(nulls_last=True)
        return self.order_by("-state", waiting, "-updated", "id")

    def with_rows(self) -> TicketQuerySet:
        """With what a row of a list shows."""
        return self.select_related("key", "queue", "agent")


class Ticket(models.Model):
    """The sealed columns are sealed under the ticket's own key; whoever deletes that key forgets the ticket."""

    class State(models.TextChoices):
        """Where the conversation stands."""

        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        FORGETTING = "forgetting", _("being forgotten")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=9, unique=True, default=new_number, editable=False)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    key = models.OneToOneField(SealKey, on_delete=models.DO_NOTHING, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    subject = SealedTextField()
    requester_name = SealedTextField()
    requester_address = SealedTextField()
    """Empty when the reporter gave none: such a ticket can be read, linked and closed, never answered."""
    requester_digest = models.CharField(max_length=64, blank=True, db_index=True)
    facts = SealedJSONField(null=True)
    """The report's main facts as (label, value) pairs; see hardware.report.Report.facts."""
    language = models.CharField(max_length=12, blank=True)
    protected = models.BooleanField(default=False)
    """Whether anything in it came encrypted: then nothing leaves in clear."""
    report_digest = models.CharField(max_length=64, blank=True, db_index=True)
    claims = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="claimed_by"
    )
    """The ticket that its first mail refers to, when the sender is no participant there: an agent decides."""
    created = models.DateTimeField()
    updated = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    """Since when the requester waits for an answer; empty when we said the last word."""
    closed = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-state", "waiting_since", "-updated", "id"], name="ticket_working_order"),
            models.Index(fields=["queue", "state", "waiting_since"], name="ticket_queue_work"),
            models.Index(fields=["state", "closed"], name="ticket_retention"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "closed", "forgetting"]), name="ticket_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed__isnull=True) | ~models.Q(state="open"),
                name="ticket_open_is_not_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key."""
        return self.key

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state == self.State.OPEN

    @property
    def requester(self) -> str:
        """A short name for lists: the name given, else the part before the @."""
        return str(self.requester_name or self.requester_address.partition("@")[0])
