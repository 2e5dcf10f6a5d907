"""What a sealed field writes into its column, and what it refuses."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from crypto.errors import SealError
from crypto.fields import SealedAttribute, SealedJSONField, SealedValue
from crypto.models import PublicKey, SealKey

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def _save(fingerprint: str = "MARMALADE", certificate: bytes = b"\0\xffcertificate") -> PublicKey:
    identity = uuid.uuid4()
    row = PublicKey(
        id=identity,
        key=SealKey.objects.make(identity),
        address_digest=str(identity),
        fingerprint_digest=fingerprint,
        fingerprint=fingerprint,
        certificate=certificate,
        state=PublicKey.State.IN_USE,
        source=PublicKey.Source.REPORT,
        encrypted=True,
        first_seen=NOW,
    )
    row.save(force_insert=True)
    return row


def _column(row: PublicKey, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM crypto_publickey WHERE address_digest = %s", [row.address_digest]
        )
        return bytes(cursor.fetchone()[0])


def test_a_value_comes_back_as_it_was() -> None:
    row = PublicKey.objects.get(pk=_save().pk)
    assert row.fingerprint == "MARMALADE"
    assert row.certificate == b"\0\xffcertificate"


def test_the_column_holds_nothing_plain() -> None:
    row = _save()
    assert b"MARMALADE" not in _column(row, "fingerprint")
    assert b"certificate" not in _column(row, "certificate")


def test_the_instance_keeps_its_plain_value_after_saving() -> None:
    assert _save().fingerprint == "MARMALADE"


def test_every_saving_seals_anew() -> None:
    row = _save()
    before = _column(row, "fingerprint")
    row.save()
    assert _column(row, "fingerprint") != before
    assert PublicKey.objects.get(pk=row.pk).fingerprint == "MARMALADE"


def test_what_was_never_opened_goes_back_as_it_is() -> None:
    before = _column(_save(), "fingerprint")
    row = PublicKey.objects.get()
    row.save()
    assert _column(row, "fingerprint") == before


def test_it_is_opened_when_it_is_read_and_not_before() -> None:
    _save()
    row = PublicKey.objects.get()
    assert isinstance(row.__dict__["fingerprint"], SealedValue)
    assert row.fingerprint == "MARMALADE"
    assert not isinstance(row.__dict__["fingerprint"], SealedValue)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    first, second = _save(), _save("OTHER")
    second.__dict__["fingerprint"] = SealedValue(_column(first, "fingerprint"))
    second.save()
    with pytest.raises(SealError):
        _ = PublicKey.objects.get(pk=second.pk).fingerprint


def test_a_value_moved_to_another_row_of_the_same_key_does_not_open() -> None:
    row = _save()
    copy = PublicKey.objects.select_related("key").get(pk=row.pk)
    copy.pk = uuid.uuid4()
    with pytest.raises(SealError):
        _ = copy.fingerprint


def test_a_value_moved_to_another_column_does_not_open() -> None:
    row = _save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crypto_publickey SET certificate = fingerprint")
    moved = PublicKey.objects.get(pk=row.pk)
    assert moved.fingerprint == "MARMALADE"
    with pytest.raises(SealError):
        _ = moved.certificate


def test_update_cannot_write_it() -> None:
    row = _save()
    with pytest.raises(TypeError, match="never by update"), transaction.atomic():
        PublicKey.objects.update(fingerprint="CHANGED")
    assert PublicKey.objects.get(pk=row.pk).fingerprint == "MARMALADE"


def test_bulk_update_cannot_write_it() -> None:
    row = _save()
    row.fingerprint = "CHANGED"
    with pytest.raises(TypeError), transaction.atomic():
        PublicKey.objects.bulk_update([row], ["fingerprint"])


def test_bulk_create_seals() -> None:
    row = _save()
    PublicKey.objects.all().delete()
    PublicKey.objects.bulk_create([row])
    assert b"MARMALADE" not in _column(row, "fingerprint")
    assert PublicKey.objects.get().fingerprint == "MARMALADE"


@pytest.mark.parametrize("lookup", ["", "__exact", "__in", "__contains", "__gt"])
def test_nobody_searches_by_it(lookup: str) -> None:
    with pytest.raises(TypeError, match="cannot be searched"):
        PublicKey.objects.filter(**{f"fingerprint{lookup}": ["MARMALADE"]}).exists()


def test_one_may_ask_whether_there_is_a_value() -> None:
    _save()
    assert PublicKey.objects.filter(fingerprint__isnull=False).count() == 1


def test_values_come_as_they_lie_in_the_database() -> None:
    row = _save()
    assert PublicKey.objects.values_list("fingerprint", flat=True)[0] == _column(row, "fingerprint")


def test_a_deferred_value_is_read_when_it_is_asked_for() -> None:
    row = _save()
    assert PublicKey.objects.defer("fingerprint").get(pk=row.pk).fingerprint == "MARMALADE"
    assert PublicKey.objects.only("state").get(pk=row.pk).certificate == b"\0\xffcertificate"


def test_a_deferred_value_is_not_lost_by_saving_the_rest() -> None:
    row = PublicKey.objects.defer("fingerprint").get(pk=_save().pk)
    row.state = PublicKey.State.RETIRED
    row.save()
    assert PublicKey.objects.get(pk=row.pk).fingerprint == "MARMALADE"


def test_a_row_read_again_has_what_was_written_meanwhile() -> None:
    mine = _save()
    other = PublicKey.objects.get(pk=mine.pk)
    other.fingerprint = "CHANGED"
    other.save()
    mine.refresh_from_db()
    assert mine.fingerprint == "CHANGED"


@pytest.mark.parametrize("text", ["", "grüß dich", "\0", "half a letter: \ud800", "x" * 100_000])
def test_any_text_survives(text: str) -> None:
    row = _save(certificate=b"")
    row.fingerprint = text
    row.save()
    read = PublicKey.objects.get(pk=row.pk)
    assert read.fingerprint == text
    assert read.certificate == b""


def test_json_survives() -> None:
    field = SealedJSONField()
    value = {"a": [1, None, "grüß"], "b": True}
    assert field.from_bytes(field.to_bytes(value)) == value


def test_the_class_gives_the_descriptor() -> None:
    descriptor: object = PublicKey.fingerprint
    assert isinstance(descriptor, SealedAttribute)
    assert descriptor.field is PublicKey._meta.get_field("fingerprint")


def test_a_text_that_was_never_set_is_empty() -> None:
    assert PublicKey().fingerprint == ""
    assert PublicKey().certificate == b""
