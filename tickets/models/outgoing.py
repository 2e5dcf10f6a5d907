"""An outgoing mail: an answer as its final bytes, and how far it has come."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.fields import SealedField, SealedTextField
from crypto.models import SealKey
from tickets.models.message import Message

RELAY_PATIENCE = timedelta(minutes=15)
"""How long our own mail server may be out of reach before somebody has to look."""


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
        return self.filter(kind=Outgoing.Kind.ANSWER, state=Outgoing.State.WAITING, not_before__lte=now)

    def unwritten(self, now: datetime) -> OutgoingQuerySet:
        """Automatic mails that are decided upon and have no bytes yet."""
        return self.filter(kind__in=Outgoing.AUTOMATIC, state=Outgoing.State.WAITING, not_before__lte=now)

    def waiting_for_a_key(self) -> OutgoingQuerySet:
        """Answers that are kept until there is a key to encrypt them to."""
        return self.filter(kind=Outgoing.Kind.ANSWER, state=Outgoing.State.WAITING)

    def not_handed_over(self) -> OutgoingQuerySet:
        """Answers that no mail server has been given: their authors may still take them back."""
        early = [Outgoing.State.WAITING, Outgoing.State.APPROVED, Outgoing.State.RETRY]
        return self.filter(kind=Outgoing.Kind.ANSWER, state__in=early)

    def abandoned(self, now: datetime) -> OutgoingQuerySet:
        """Those whose sender died between claiming them and saying what became of them."""
        return self.filter(state=Outgoing.State.SENDING, lease_until__lte=now)

    def overdue(self, before: datetime) -> OutgoingQuerySet:
        """Those that should have been handed over before then: the worker is not running, or has far too much to do."""
        tried = models.Q(state=Outgoing.State.RETRY, not_before__lte=before)
        never_tried = models.Q(state=Outgoing.State.APPROVED, approved__lte=before)
        return self.filter(
            tried | never_tried | models.Q(state=Outgoing.State.SENDING, lease_until__lte=before)
        )

    def turned_away(self, now: datetime) -> OutgoingQuerySet:
        """Those that no further try will bring out: our own mail server refuses the desk, or has been out of reach.

        A refusal of one mail ends it; so what is tried again although the server said 5xx was said to the desk itself.
        """
        refused = models.Q(reply_code__gte=500)
        out_of_reach = models.Q(reply_code__isnull=True, approved__lte=now - RELAY_PATIENCE)
        return self.filter(refused | out_of_reach, state=Outgoing.State.RETRY)

    def stuck(self) -> OutgoingQuerySet:
        """Answers that the mail server refused, or of which nobody knows whether they were sent: a person decides."""
        doubtful = [Outgoing.State.FAILED, Outgoing.State.UNKNOWN]
        return self.filter(kind=Outgoing.Kind.ANSWER, state__in=doubtful)


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

    class Kind(models.TextChoices):
        """What is sent, and so by which rules; every path that sends mail is one of these."""

        ANSWER = "answer", _("an answer")
        ACKNOWLEDGEMENT = "acknowledgement", _("an acknowledgement")
        NOTICE = "notice", _("a notice that an answer waits")
        KEY_REQUEST = "key_request", _("a request for a key")
        ALERT = "alert", _("an alert to somebody who works here")

    AUTOMATIC = (Kind.ACKNOWLEDGEMENT, Kind.NOTICE, Kind.KEY_REQUEST)
    """What the desk says to requesters by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, null=True, on_delete=models.CASCADE, related_name="outgoing")
    """Empty for an alert, which is part of no ticket."""
    key = models.OneToOneField(SealKey, null=True, on_delete=models.DO_NOTHING, related_name="+")
    """Of an alert only: it is sealed under a key of its own."""
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.ANSWER)
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
            models.CheckConstraint(
                condition=models.Q(kind__in=["answer", "acknowledgement", "notice", "key_request", "alert"]),
                name="outgoing_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="alert", message__isnull=True, key__isnull=False)
                | models.Q(~models.Q(kind="alert"), message__isnull=False, key__isnull=True),
                name="outgoing_of_a_ticket_or_an_alert",
            ),
        ]

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key; an alert has its own."""
        if self.key is not None:
            return self.key
        return self.said.ticket.key

    def is_turned_away(self, now: datetime) -> bool:
        """As `turned_away` says of sets."""
        if self.state != self.State.RETRY:
            return False
        if self.reply_code is None:
            return self.approved <= now - RELAY_PATIENCE
        return self.reply_code >= 500

    @property
    def said(self) -> Message:
        """The message that it carries; an alert has none, and must not be asked."""
        if self.message is None:
            raise ValueError("an alert belongs to no ticket")
        return self.message
