"""The keys that content is sealed under, and the OpenPGP keys of correspondents."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crypto.fields import SealedField, SealedTextField
from crypto.sealing import new_key, seal, unseal
from crypto.vault import blob_store, epoch_keys


class SealKeyQuerySet(models.QuerySet["SealKey"]):
    """Keys, and making them."""

    def draft(self, identity: uuid.UUID) -> SealKey:
        """A new random key for the thing called `identity`, wrapped under the newest epoch key, not saved yet.

        Files are sealed before the transaction that writes their rows, so the key exists before its row.
        """
        epochs = epoch_keys()
        epoch = epochs.newest()
        return SealKey(id=identity, epoch=epoch, wrapped=epochs.wrap(new_key(), str(identity), epoch=epoch))

    def make(self, identity: uuid.UUID) -> SealKey:
        """The same, saved."""
        key = self.draft(identity)
        key.save(force_insert=True)
        return key


class SealKey(models.Model):
    """A random 256-bit key, wrapped by an epoch key. Deleting this row is what makes its content unreadable.

    Rows that refer to a key say DO_NOTHING: the database itself refuses to delete a key that is still in use, and
    Django does not look for such rows first, which would cost a query each.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    """The id of the ticket, incoming mail or OpenPGP key that it seals."""
    epoch = models.CharField(max_length=40, db_index=True)
    wrapped = models.BinaryField()

    objects = SealKeyQuerySet.as_manager()

    def seal(self, plaintext: bytes, place: str) -> bytes:
        """Seal a value for a place."""
        return seal(self._key, plaintext, place)

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Open a value at its place; raises SealError."""
        return unseal(self._key, sealed, place)

    def write_blob(self, content: bytes) -> str:
        """Seal a file and give its name."""
        return blob_store().write(self._key, content, str(self.pk))

    def read_blob(self, name: str) -> bytes:
        """The content of a sealed file of this key; raises SealError."""
        return blob_store().read(self._key, name, str(self.pk))

    def rewrap(self, epoch: str) -> None:
        """Wrap the same key under another epoch key; the caller saves the row."""
        wrapped = epoch_keys().wrap(self._key, str(self.pk), epoch=epoch)
        self.epoch, self.wrapped = epoch, wrapped

    @cached_property
    def _key(self) -> bytes:
        return epoch_keys().unwrap(bytes(self.wrapped), str(self.pk), epoch=self.epoch)


class PublicKey(models.Model):
    """An OpenPGP key of somebody who writes to us, under the address that it came with.

    An address has at most one key in use. A different one that comes later waits until an agent has compared both.
    """

    class State(models.TextChoices):
        """Whether answers may be encrypted to it."""

        IN_USE = "in_use", _("in use")
        PROPOSED = "proposed", _("to be compared by an agent")
        RETIRED = "retired", _("no longer used")
        UNUSABLE = "unusable", _("cannot be used")

    class Source(models.TextChoices):
        """Where it was first seen."""

        REPORT = "report", _("in an encrypted report")
        ATTACHMENT = "attachment", _("attached to a mail")
        AUTOCRYPT = "autocrypt", _("in an Autocrypt header")
        FORM = "form", _("in the web form")
        AGENT = "agent", _("added by an agent")
        WKD = "wkd", _("published by their mail provider")
        KEYSERVER = "keyserver", _("on the key server")

    class Trouble(models.TextChoices):
        """Why it cannot be used, in the words of crypto.correspondents.certificates.State; time brings one more."""

        REVOKED = "revoked"
        WEAK = "weak"
        SIGN_ONLY = "sign_only"
        UNREADABLE = "unreadable"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.OneToOneField(SealKey, on_delete=models.DO_NOTHING, related_name="+")
    address_digest = models.CharField(max_length=64)
    fingerprint_digest = models.CharField(max_length=64)
    fingerprint = SealedTextField()
    certificate = SealedField()
    state = models.CharField(max_length=8, choices=State)
    source = models.CharField(max_length=10, choices=Source)
    encrypted = models.BooleanField()
    """Whether the mail that brought it was encrypted to us and whole."""
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    first_seen = models.DateTimeField()
    expires = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_digest", "fingerprint_digest"], name="public_key_once_an_address"
            ),
            models.UniqueConstraint(
                fields=["address_digest"], condition=models.Q(state="in_use"), name="public_key_one_in_use"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["in_use", "proposed", "retired", "unusable"]),
                name="public_key_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    source__in=["report", "attachment", "autocrypt", "form", "agent", "wkd", "keyserver"]
                ),
                name="public_key_source_known",
            ),
            models.CheckConstraint(
                condition=models.Q(trouble__in=["", "revoked", "weak", "sign_only", "unreadable"]),
                name="public_key_trouble_known",
            ),
            models.CheckConstraint(
                condition=models.Q(trouble="") | ~models.Q(state__in=["in_use", "proposed"]),
                name="public_key_living_without_trouble",
            ),
        ]

    @property
    def sealing_key(self) -> SealKey:
        """Sealed under a key of its own: it may serve several tickets and goes with the last."""
        return self.key

    def can_be_used(self, now: datetime) -> bool:
        """Whether one could encrypt to it, if it may be used."""
        return not self.trouble_at(now)

    def trouble_at(self, now: datetime) -> str:
        """Why nothing can be encrypted to it: its trouble, or 'expired'; empty when something can."""
        has_expired = self.expires is not None and self.expires <= now
        return self.trouble or ("expired" if has_expired else "")


class KeyEvent(models.Model):
    """What happened to a correspondent's key: where it was seen, and who decided what about it. Dies with the key."""

    class Kind(models.TextChoices):
        """What happened."""

        SEEN = "seen", _("seen")
        EXTENDED = "extended", _("came with a later expiry")
        REVOKED = "revoked", _("came revoked")
        CONFIRMED = "confirmed", _("compared and confirmed")
        RETIRED = "retired", _("no longer used")

    public_key = models.ForeignKey(PublicKey, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    source = models.CharField(max_length=10, choices=PublicKey.Source, blank=True)
    """Where it came from; empty for a decision."""
    encrypted = models.BooleanField(default=False)
    """Whether what brought it was encrypted to us and whole."""
    origin = models.UUIDField(null=True)
    """The id of the message that brought it, for those who know messages."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["seen", "extended", "revoked", "confirmed", "retired"]),
                name="key_event_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    source__in=["", "report", "attachment", "autocrypt", "form", "agent", "wkd", "keyserver"]
                ),
                name="key_event_source_known",
            ),
        ]


class DeskKey(models.Model):
    """What is known of one of the desk's own keys without asking gpg: for warnings. Refreshed once a day."""

    class Trouble(models.TextChoices):
        """Why it cannot be used."""

        EXPIRED = "expired"
        REVOKED = "revoked"
        SIGN_ONLY = "sign_only"
        LOCKED = "locked"
        MISSING = "missing"

    fingerprint = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=254, blank=True)
    """Of its user id; the desk's addresses are public."""
    expires = models.DateTimeField(null=True)
    """The earlier end of its primary key and of its newest encryption subkey."""
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    warned = models.PositiveSmallIntegerField(null=True)
    """The smallest number of days before its end for which a warning was mailed."""
    checked = models.DateTimeField()

    class Meta:
        ordering = ["expires", "fingerprint"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trouble__in=["", "expired", "revoked", "sign_only", "locked", "missing"]),
                name="desk_key_trouble_known",
            ),
        ]


class RetiredSubkey(models.Model):
    """An old encryption subkey of the desk: still opens late mail, and is destroyed after its time."""

    fingerprint = models.CharField(max_length=64, unique=True)
    desk_key = models.ForeignKey(DeskKey, on_delete=models.CASCADE, related_name="retired_subkeys")
    destroy_after = models.DateTimeField()
    destroyed = models.DateTimeField(null=True)
