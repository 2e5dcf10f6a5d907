"""An automatic text: what the desk says by itself, for a queue and a language, as its agents have worded it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.queue import Queue


class AutomaticText(models.Model):
    """Where a queue has none of its own in the language of a ticket, the desk's own words are used.

    It says nothing of any ticket, so it is not sealed.
    """

    class Kind(models.TextChoices):
        """When it is sent."""

        ACKNOWLEDGEMENT = "acknowledgement", _("your message has arrived")
        NOTICE = "notice", _("an answer waits for you")
        KEY_REQUEST = "key_request", _("please send us your key")

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="automatic_texts")
    kind = models.CharField(max_length=15, choices=Kind)
    language = models.CharField(max_length=12, blank=True)
    """BCP 47 primary tag; empty: for every language that has no text of its own here."""
    text = models.TextField(_("text"), max_length=4000)
    changed = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["queue", "kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "kind", "language"], name="automatic_text_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["acknowledgement", "notice", "key_request"]),
                name="automatic_text_kind_known",
            ),
        ]
