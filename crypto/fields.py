"""Model fields whose columns hold sealed bytes only; the plain value exists in memory, on the instance.

A model that uses them has a `sealing_key` (a SealKey) that its rows are sealed under. Values are sealed
when the row is saved and opened when the attribute is read. Filtering by such a field is refused: there is nothing to
compare. Use a digest column.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, Protocol

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class Sealer(Protocol):
    """What seals and opens values: a crypto.models.SealKey."""

    pk: Any

    def seal(self, plaintext: bytes, place: str) -> bytes:
        """Seal a value for a place."""

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Open a value at its place."""


class HasSealingKey(Protocol):
    """What a model with sealed fields offers."""

    pk: Any

    @property
    def sealing_key(self) -> Sealer:
        """The key that this row's values are sealed under."""


class SealedValue(bytes):
    """Bytes as they lie in the database, not opened yet."""


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # django-stubs gives BinaryField no parameters
    """Base of the sealed fields: stores bytes; a subclass says how a value becomes bytes and back."""

    empty: Any = b""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Put the descriptor in place that opens values when they are read."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, SealedAttribute(self))

    def to_bytes(self, value: Any) -> bytes:
        """Plain value to bytes."""
        return bytes(value)

    def from_bytes(self, value: bytes) -> Any:
        """Bytes to plain value."""
        return value

    def place(self, instance: HasSealingKey) -> str:
        """Associated data: table, column, row; the key adds whose it is."""
        return f"v1|{self.model._meta.db_table}|{self.column}|{instance.pk}|{instance.sealing_key.pk}"

    def get_default(self) -> Any:
        """What a row starts with: BinaryField's empty bytes would be sealed as the words b'' in a text."""
        value = super().get_default()
        return self.empty if value == b"" else value

    def pre_save(self, model_instance: models.Model, add: bool) -> SealedValue | None:  # noqa: ARG002, FBT001 - Django's signature
        """Seal the value for its place. What was read and never opened goes back as it is."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, SealedValue):
            return value
        if self.null and value == self.empty:
            return None  # As which it is read: refresh_from_db() must not fill an empty column.
        owner: Any = model_instance
        return SealedValue(owner.sealing_key.seal(self.to_bytes(value), self.place(owner)))

    def from_db_value(
        self,
        value: Any,
        expression: Any,  # noqa: ARG002 - Django's signature
        connection: BaseDatabaseWrapper,  # noqa: ARG002
    ) -> SealedValue | None:
        """Mark what comes from the database as sealed."""
        return None if value is None else SealedValue(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Refuse to write anything that has not been sealed: QuerySet.update() cannot seal."""
        if value is not None and not isinstance(value, SealedValue):
            raise TypeError("a sealed field is written by saving its row, never by update()")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only isnull can be asked of a sealed column."""
        if lookup_name != "isnull":
            self._refuse()
        return super().get_lookup(lookup_name)

    def _refuse(self) -> NoReturn:
        raise TypeError("a sealed field cannot be searched; look its digest up")


class SealedAttribute:
    """Opens a sealed value at the first reading and keeps it on the instance."""

    def __init__(self, field: SealedField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, SealedValue):
            value = self.field.from_bytes(instance.sealing_key.unseal(value, self.field.place(instance)))
            instance.__dict__[name] = value
        return self.field.empty if value is None else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(SealedField):
    """Text, sealed. An empty column reads as the empty string."""

    empty = ""

    def to_bytes(self, value: Any) -> bytes:
        """UTF-8; lone surrogates of broken mails are kept, so that nothing is lost."""
        return str(value).encode("utf-8", "surrogatepass")

    def from_bytes(self, value: bytes) -> str:
        """The inverse of to_bytes."""
        return value.decode("utf-8", "surrogatepass")


class SealedJSONField(SealedField):
    """A JSON value, sealed. An empty column reads as None."""

    empty = None

    def to_bytes(self, value: Any) -> bytes:
        """Compact JSON in UTF-8."""
        return json.dumps(value, separators=(",", ":")).encode()

    def from_bytes(self, value: bytes) -> Any:
        """The inverse of to_bytes."""
        return json.loads(value)
