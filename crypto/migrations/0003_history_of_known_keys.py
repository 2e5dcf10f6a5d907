"""Keys that were known before their history was kept get its first line: where, when and how they were first seen."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AT_ONCE = 1_000


def note_first_sightings(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of what brought them nothing more is known: no message. May run again: a key that has been seen is left out."""
    public_keys = apps.get_model("crypto", "PublicKey").objects.using(schema_editor.connection.alias)
    events = apps.get_model("crypto", "KeyEvent").objects.using(schema_editor.connection.alias)
    unseen = public_keys.exclude(pk__in=events.filter(kind="seen").values("public_key"))
    rows = unseen.order_by("first_seen").values_list("pk", "source", "encrypted", "first_seen")
    first = [
        events.model(public_key_id=pk, kind="seen", source=source, encrypted=encrypted, origin=None, at=at)
        for pk, source, encrypted, at in rows
    ]
    events.bulk_create(first, batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ("crypto", "0002_key_history"),
    ]

    operations = [
        migrations.RunPython(note_first_sightings, migrations.RunPython.noop),
    ]
