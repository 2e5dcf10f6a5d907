"""The desk's own keys in the mail room: when they end, in words and in time."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.desk.mailroom.rows import new_desk_key, section
from tests.desk.rows import ago
from tickets.models import Queue


@pytest.mark.parametrize(
    ("days", "trouble", "level", "words"),
    [
        (None, "", "protected", "It does not expire."),
        (300, "", "protected", "It expires in 300 days."),
        (60, "", "careful", "It expires in 60 days."),
        (15, "", "careful", "The people who run the desk have to extend it before then."),
        (14, "", "danger", "It expires in 14 days."),
        (1, "", "danger", "It expires in 1 day."),
        (-1, "", "danger", "It has expired"),
        (300, "expired", "danger", "It has expired"),
        (300, "revoked", "danger", "It is revoked"),
        (None, "sign_only", "danger", "no part that people can encrypt to"),
        (None, "missing", "danger", "It is not on this machine"),
    ],
)
def test_how_a_key_stands(room: Client, days: float | None, trouble: str, level: str, words: str) -> None:
    new_desk_key(days, trouble)
    found = section(room, "keys")
    assert words in found
    assert f"saying-{level}" in found
    assert ("1 key needs attention." in found) is (level != "protected")


def test_the_worst_is_the_colour_of_all(room: Client) -> None:
    for days in (300, 40, 5):
        new_desk_key(days)
    found = section(room, "keys")
    assert "2 keys need attention." in found
    assert "saying-danger" in found


def test_a_key_of_former_days_is_no_trouble(room: Client) -> None:
    new_desk_key(-30, "expired")
    Queue.objects.all().delete()
    found = section(room, "keys")
    assert "No queue answers with it." in found
    assert "No key of the desk expires soon." in found


def test_old_subkeys_are_shown_with_their_last_day(room: Client) -> None:
    key = new_desk_key(300)
    old = {"destroy_after": ago(-48)}
    key.retired_subkeys.create(fingerprint="A" * 32 + "ABCD1234", **old)
    key.retired_subkeys.create(fingerprint="B" * 40, **old, destroyed=ago(1))
    found = section(room, "keys")
    assert "ABCD 1234\u2069</span> will be destroyed" in found
    assert "BBBB BBBB\u2069</span> destroyed" in found


def test_it_is_said_when_gpg_was_asked(room: Client) -> None:
    assert "Last looked at" not in section(room, "keys")
    new_desk_key(300)
    assert "(1 h ago)" in section(room, "keys").partition("Last looked at")[2]
