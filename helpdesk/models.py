"""The people who work here."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An agent, coordinator or developer. What they may see is decided by their queues, in tickets/access.py."""

    class Appearance(models.TextChoices):
        """Colours of the desk."""

        SYSTEM = "system", _("As the system says")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    appearance = models.CharField(max_length=6, choices=Appearance, default=Appearance.SYSTEM)
    language = models.CharField(max_length=12, blank=True)
    """The language of the desk's own words for this person; empty means what the browser asks for."""

    is_coordinator = models.BooleanField(_("coordinator"), default=False)
    """Sees the mail room: mailboxes, what is sent and what stopped, the desk's own keys."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(appearance__in=["system", "light", "dark"]), name="user_appearance_known"
            )
        ]

    @property
    def short_name(self) -> str:
        """How colleagues see this person in lists."""
        return self.first_name or self.username
