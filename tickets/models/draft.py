"""A draft: an answer or note that an agent has begun, kept here sealed and never in the browser."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from crypto.fields import SealedTextField
from crypto.models import SealKey
from tickets.models.ticket import Ticket


class Draft(models.Model):
    """One for each agent and ticket."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = SealedTextField()
    updated = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "author"], name="draft_one_an_agent")]

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key."""
        return self.ticket.key
