"""An incoming mail: kept sealed before anything else is done with it, and the record that it was dealt with."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.models import SealKey
from tickets.models.message import Message


class IncomingQuerySet(models.QuerySet["Incoming"]):
    """Sets of incoming mails."""

    def due(self, now: datetime) -> IncomingQuerySet:
        """New ones that nobody works on and whose time has come."""
        return self.filter(
            models.Q(not_before__isnull=True) | models.Q(not_before__lte=now),
            models.Q(lease_until__isnull=True) | models.Q(lease_until__lte=now),
            state=Incoming.State.NEW,
        )

    def waiting_for_somebody(self) -> IncomingQuerySet:
        """Those in quarantine or set aside."""
        return self.filter(state__in=[Incoming.State.QUARANTINED, Incoming.State.SET_ASIDE])

    def overdue(self, before: datetime) -> IncomingQuerySet:
        """New ones that came, or were tried again, before then: the worker should have dealt with them long since."""
        return self.filter(
            models.Q(decided_at__isnull=True) | models.Q(decided_at__lte=before),
            state=Incoming.State.NEW,
            received__lte=before,
        )


class Incoming(models.Model):
    """While a mail is not filed, its bytes lie in a blob under a key of its own; after that under the ticket's."""

    class State(models.TextChoices):
        """Every mail is in exactly one of these."""

        NEW = "new", _("new")
        FILED = "filed", _("filed")
        SET_ASIDE = "set_aside", _("set aside")
        QUARANTINED = "quarantined", _("in quarantine")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.OneToOneField(SealKey, null=True, on_delete=models.DO_NOTHING, related_name="+")
    """Empty once the mail is filed or forgotten: the row stays, so that the same bytes are not filed twice."""
    mailbox = models.CharField(max_length=80)
    """The desk's name for where it came from; never holds a password."""
    uidvalidity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, unique=True)
    """Keyed digest of the bytes."""
    blob = models.CharField(max_length=32, blank=True)
    size = models.PositiveIntegerField()
    received = models.DateTimeField()
    state = models.CharField(max_length=11, choices=State, default=State.NEW)
    reason = models.CharField(max_length=40, blank=True)
    """A stable word of the rule or stop that decided; shown in words by `tickets.desk.mailroom.reasons`."""
    silent = models.BooleanField(default=False)
    """Old mail, from an import or a mailbox's first: nobody gets automatic mail because of it."""
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The agent who had it tried again or set aside last."""
    decided_at = models.DateTimeField(null=True)
    message = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = IncomingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "received"], name="incoming_work")]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uidvalidity", "uid"], name="incoming_once_a_mailbox"),
            models.CheckConstraint(
                condition=models.Q(state__in=["new", "filed", "set_aside", "quarantined"]),
                name="incoming_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="filed") | models.Q(key__isnull=False) | models.Q(state="set_aside"),
                name="incoming_unfiled_has_its_bytes",
            ),
        ]

    def is_due(self, now: datetime) -> bool:
        """Whether it is one of those that `due` finds."""
        waits = self.not_before is not None and self.not_before > now
        is_claimed = self.lease_until is not None and self.lease_until > now
        return self.state == self.State.NEW and not waits and not is_claimed

    def read(self) -> bytes:
        """The mail as it came; raises SealError, and ValueError once its bytes have moved on."""
        if self.key is None:
            raise ValueError("the bytes of this mail are no longer kept here")
        return self.key.read_blob(self.blob)
