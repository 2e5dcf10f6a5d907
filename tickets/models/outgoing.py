"""An outgoing mail: an answer as its final bytes, and how far it has come."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.fields import SealedField, SealedTextField
from crypto.models import SealKey
from tickets.models.message import Message


class OutgoingQuerySet(models.QuerySet["Outgoing"]):
    """Sets of outgoing mails."""

    def due(self, now: datetime) -> OutgoingQuerySet:
        """Those to hand to the mail server now."""
        return self.filter(
            models.Q(not_before__isnull=True) | models.Q(not_before__lte=now),
            state__in=[Outgoing.State.APPROVED, Outgoing.State.RETRY],
        )

    def released(self, now: datetime) -> OutgoingQuerySet:
        """Those that wait for a key, and whose key came in their own ticket or was confirmed by an agent."""
        return self.filter(state=Outgoing.State.WAITING, not_before__lte=now)

    def abandoned(self, now: datetime) -> OutgoingQuerySet:
        """Those whose sender died between claiming them and saying what became of them."""
        return self.filter(state=Outgoing.State.SENDING, lease_until__lte=now)


class Outgoing(models.Model):
    """States: waiting (no key yet) → approved → sending → sent | retry | failed | unknown."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waits for a key")
        APPROVED = "approved", _("to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        RETRY = "retry", _("will be tried again")
        FAILED = "failed", _("refused by the mail server")
        UNKNOWN = "unknown", _("perhaps sent: look before sending again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="outgoing")
    state = models.CharField(max_length=8, choices=State)
    recipient = SealedTextField()
    sender = SealedTextField()
    """Envelope sender: the queue's address."""
    rendered = SealedField(null=True)
    """The final bytes, signed and encrypted; empty while waiting for a key."""
    fingerprint = SealedTextField(null=True)
    """The key it is encrypted to; empty when it goes in clear or waits."""
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    """Not to be tried before; of one that waits for a key: since when it may go without being asked for again."""
    lease_until = models.DateTimeField(null=True)
    reply_code = models.PositiveSmallIntegerField(null=True)
    """The mail server's last word (RFC 5321), without its text."""
    approved = models.DateTimeField()
    sent = models.DateTimeField(null=True)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "not_before"], name="outgoing_work")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["waiting", "approved", "sending", "sent", "retry", "failed", "unknown"]
                ),
                name="outgoing_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(rendered__isnull=False),
                name="outgoing_has_its_bytes",
            ),
        ]

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key."""
        return self.message.ticket.key
