"""A ciphertext seen: its digest and its sender's, so that a stolen one is noticed when another sender mails it."""

from __future__ import annotations

from django.db import models

from tickets.models.message import Message


class Ciphertext(models.Model):
    """Outlives its ticket: a thief may wait (security: the replay attack on reply-happy desks)."""

    digest = models.CharField(max_length=64, primary_key=True)
    sender_digest = models.CharField(max_length=64, blank=True)
    first_seen = models.DateTimeField(db_index=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    """The first message with it, while it is kept: it is the thief's when another sender signs the same."""
