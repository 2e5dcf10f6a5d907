"""A tombstone: the content-free trace of a forgotten ticket."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tombstone(models.Model):
    """Says that a ticket of this number existed and was forgotten; the number itself is only a digest."""

    class Rule(models.TextChoices):
        """Why it was forgotten."""

        CLOSED_LONG_AGO = "closed", _("closed for longer than tickets are kept")

    number_digest = models.CharField(max_length=64, unique=True)
    forgotten = models.DateTimeField()
    rule = models.CharField(max_length=10, choices=Rule)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rule__in=["closed"]), name="tombstone_rule_known"),
        ]
