"""A queue: where tickets wait; usually one language, with an address and an OpenPGP key."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class QueueQuerySet(models.QuerySet["Queue"]):
    """Sets of queues."""

    def of(self, user_id: int) -> QueueQuerySet:
        """The queues that a person works on."""
        return self.filter(members=user_id)

    def at(self, address: str) -> QueueQuerySet:
        """The queues that take mail for an address."""
        return self.filter(address__iexact=address)


class Queue(models.Model):
    """Several queues may share one address: then the language of a mail decides, and the default takes the rest."""

    class WithoutKey(models.TextChoices):
        """What becomes of an answer to a protected ticket when there is no key to encrypt it to."""

        WAIT = "wait", _("wait, and tell them that an answer is here")
        ASK = "ask", _("wait, and ask them for a key")
        PLAIN = "plain", _("may be sent in clear, if nothing in the ticket ever came encrypted")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    sender_name = models.CharField(_("name as requesters see it"), max_length=80, blank=True)
    """Beside the address in the From of what it sends; empty: the bare address."""
    language = models.CharField(_("language"), max_length=12, blank=True)
    """BCP 47 primary tag; empty takes any language."""
    address = models.EmailField(_("address"))
    fingerprint = models.CharField(_("OpenPGP key"), max_length=64)
    """The desk's own key that answers from this queue are signed with."""
    is_default = models.BooleanField(_("takes what no other queue takes"), default=False)
    without_key = models.CharField(
        _("without a key"), max_length=5, choices=WithoutKey, default=WithoutKey.WAIT
    )
    """Never about tickets in which anything came encrypted: these wait or ask, whatever stands here."""
    acknowledges = models.BooleanField(_("acknowledges a first mail"), default=False)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="queues", blank=True)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="queue_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(without_key__in=["wait", "ask", "plain"]), name="queue_without_key_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
