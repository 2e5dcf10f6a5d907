"""Automatic mail that was sent, and the breaker that stops it: counted whatever the headers of the other side say."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AutomaticMail(models.Model):
    """One automatic mail that left, or would have left; deleted after a day."""

    address_digest = models.CharField(max_length=64)
    domain_digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["address_digest", "at"], name="automatic_by_address"),
            models.Index(fields=["domain_digest", "at"], name="automatic_by_domain"),
        ]


class Breaker(models.Model):
    """Open, no automatic mail leaves: for one address (its digest), or for all (an empty one)."""

    address_digest = models.CharField(max_length=64, unique=True, blank=True)
    opened = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    """How many automatic mails it stopped since it opened."""
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """Who closed it before its time."""
