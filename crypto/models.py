"""The keys that content is sealed under, and the OpenPGP keys of correspondents."""

from __future__ import annotations

import uuid
from functools import cached_property

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

    class Source(models.TextChoices):
        """Where it was first seen."""

        REPORT = "report", _("in an encrypted report")
        ATTACHMENT = "attachment", _("attached to a mail")
        AUTOCRYPT = "autocrypt", _("in an Autocrypt header")

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
                condition=models.Q(state__in=["in_use", "proposed", "retired"]), name="public_key_state_known"
            ),
        ]

    @property
    def sealing_key(self) -> SealKey:
        """Sealed under a key of its own: it may serve several tickets and goes with the last."""
        return self.key
