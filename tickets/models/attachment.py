"""An attachment: a sealed file that came with a message."""

from __future__ import annotations

import uuid

from django.db import models

from crypto.fields import SealedTextField
from crypto.models import SealKey
from tickets.models.message import Message


class Attachment(models.Model):
    """The file lies in the blob store under a random name; its own name and type are sealed here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = SealedTextField()
    type = SealedTextField()
    size = models.PositiveIntegerField()
    blob = models.CharField(max_length=32)

    class Meta:
        ordering = ["message", "position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="attachment_position_once")
        ]

    @property
    def sealing_key(self) -> SealKey:
        """The ticket key."""
        return self.message.ticket.key

    def read(self) -> bytes:
        """The file's bytes; raises SealError."""
        return self.sealing_key.read_blob(self.blob)
