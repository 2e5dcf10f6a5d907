"""A message: one thing said in a ticket."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.fields import SealedJSONField, SealedTextField
from crypto.models import SealKey
from crypto.verdict import Encryption, SignatureState
from tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    """Sets of messages."""

    def from_the_requester(self) -> MessageQuerySet:
        """What a person wrote to us: a bounce or an automatic reply is nobody's word."""
        return self.filter(kind=Message.Kind.INBOUND, machine="")

    def unreleased(self) -> MessageQuerySet:
        """Encrypted texts that came under another name, of which no second agent has said that they may be answered."""
        return self.filter(kind=Message.Kind.INBOUND, replayed=True, released__isnull=True)


class Message(models.Model):
    """What was said, by whom, and what is known of its protection. Its words are never changed once written."""

    class Kind(models.TextChoices):
        """Which way it went."""

        INBOUND = "inbound", _("from the requester")
        OUTBOUND = "outbound", _("to the requester")
        NOTE = "note", _("internal note")
        AUTOMATIC = "automatic", _("from the desk itself")

    class Delivery(models.TextChoices):
        """What a mail server reports of one of our mails (RFC 3464, 2.3.3)."""

        FAILED = "failed", _("it could not be delivered")
        DELAYED = "delayed", _("it is delayed; the mail server goes on trying")
        DELIVERED = "delivered", _("it was delivered")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=9, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    """When we got it or wrote it; never the sender's claim."""
    text = SealedTextField()
    """What a person wrote, without what the `full_text` repeats or adds."""
    full_text = SealedTextField(null=True)
    """All of the text with quoted mail, signature or a report's debugging information; empty when `text` is all."""
    subject = SealedTextField(null=True)
    sender_name = SealedTextField(null=True)
    sender_address = SealedTextField(null=True)
    problems = SealedJSONField(null=True)
    """What could not be read as it stood, as short sentences."""
    report = SealedJSONField(null=True)
    """The parsed WhisperBack report without its debugging text; see hardware.report.Report.as_dict."""
    report_due = models.BooleanField(default=False)
    """Whether there is a report to be read: the row is the queue, the broker may forget."""
    encryption = models.CharField(max_length=8, default=Encryption.NONE)
    signature = models.CharField(max_length=12, default=SignatureState.NONE)
    signature_fingerprint = SealedTextField(null=True)
    html = models.BooleanField(default=False)
    machine = models.CharField(max_length=10, blank=True)
    """bounce, automatic, list or loop; empty when a person wrote it."""
    about = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="returns")
    """Of a bounce or a delivery report: the mail of ours that it is about."""
    delivery = models.CharField(max_length=9, blank=True, choices=Delivery)
    delivery_code = models.CharField(max_length=11, blank=True)
    """The enhanced status code that a delivery report gives (RFC 3463), '5.1.1'."""
    encrypted_parts = SealedJSONField(null=True)
    """What of a mail that is not encrypted as a whole was encrypted: a list of {"form", "name"} in the mail's order.
    Not opened by itself (security.md R4)."""
    message_id = SealedTextField(null=True)
    message_id_digest = models.CharField(max_length=64, blank=True, db_index=True)
    replayed = models.BooleanField(default=False)
    """The same encrypted text came before from another sender: nothing is to be quoted or answered unasked."""
    release_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The agent who says that a replayed text may be answered all the same; it takes another one to agree (R5)."""
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    released = models.DateTimeField(null=True)
    raw_blob = models.CharField(max_length=32, blank=True)
    """The mail as it came, still encrypted by its sender, sealed once more under the ticket key."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created", "id"]
        indexes = [
            models.Index(fields=["ticket", "created"], name="message_timeline"),
            models.Index(fields=["created"], condition=models.Q(report_due=True), name="message_report_work"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["inbound", "outbound", "note", "automatic"]),
                name="message_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(delivery__in=["", "failed", "delayed", "delivered"]),
                name="message_delivery_known",
            ),
            models.CheckConstraint(
                condition=models.Q(released_by__isnull=True)
                | ~models.Q(released_by=models.F("release_asked_by")),
                name="message_released_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(encryption__in=[state.value for state in Encryption]),
                name="message_encryption_known",
            ),
            models.CheckConstraint(
                condition=models.Q(signature__in=[state.value for state in SignatureState]),
                name="message_signature_known",
            ),
        ]

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key."""
        return self.ticket.key

    @property
    def is_from_the_requester(self) -> bool:
        """Whether a person wrote it to us; see MessageQuerySet.from_the_requester."""
        return self.kind == self.Kind.INBOUND and not self.machine
