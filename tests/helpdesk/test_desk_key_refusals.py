"""What `manage.py desk_key` and its neighbours refuse or warn of, before it becomes a mail that nobody can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError
from django.utils import timezone

from crypto.errors import GnupgError
from crypto.gnupg import run
from crypto.models import DeskKey
from crypto.own_keys import rekeying
from crypto.own_keys.making import list_own_keys
from tests.crypto.own import changeable_home
from tests.helpdesk.test_desk_key import UNCHANGED, dry_then_real, empty, home, say
from tests.keyrings import BOB, CAROL, DESK, KEYS
from tickets.models import Queue

__all__ = ["empty", "home"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", [("desk_key", "import"), ("import_key",)])
def test_a_key_with_a_passphrase_is_not_imported(empty: Path, command: tuple[str, ...]) -> None:
    name, *action = command
    with pytest.raises(CommandError, match=f"{CAROL} is locked with a passphrase"):
        say(*action, KEYS / "carol.secret.asc", command=name)
    assert not empty.exists()


def test_one_that_is_there_all_the_same_is_said_to_be_locked(settings: LazySettings) -> None:
    with changeable_home("carol") as home:
        settings.GNUPG_HOME = home
        assert "is locked with a passphrase" in say("list")
        assert DeskKey.objects.get().trouble == "locked"


def test_a_key_is_not_made_for_what_is_no_address(empty: Path) -> None:
    with pytest.raises(CommandError, match="no mail address"):
        say("make", "--name", "Desk", "--address", "desk at desk.example")
    assert not empty.exists()


def test_a_key_is_removed_once_no_queue_uses_it(queue: Queue, settings: LazySettings) -> None:
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        with pytest.raises(CommandError, match="the key of english"):
            say("remove", DESK)
        say("list")
        assert "It is removed." in dry_then_real(home, "remove", BOB)
        assert [key.fingerprint for key in list_own_keys(home, now=timezone.now())] == [DESK]
        assert [row.fingerprint for row in DeskKey.objects.all()] == [DESK]
        with pytest.raises(CommandError, match="whole fingerprint"):
            say("remove", BOB)


def test_a_key_that_gpg_keeps_is_not_said_to_be_gone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "run", lambda *given, **options: run(["--version"], home=home))
    with pytest.raises(GnupgError, match="did not remove"):
        rekeying.remove_key(home, DESK, now=timezone.now())


def test_a_key_that_does_not_name_the_queues_address_is_warned_of(home: Path) -> None:
    Queue.objects.all().delete()
    said = say(
        *("other", "--name", "Other", "--address", "other@desk.example", "--sender", "Desk"),
        command="add_queue",
    )
    assert "has no user id for other@desk.example" in said
    assert "has no user id for other@desk.example" in say("list")
    assert "has no user id" in say("other", DESK, "--dry-run", command="set_queue_key")
    assert Queue.objects.get().sender_name == "Desk"
    said = say("help", "--name", "Help", "--address", "Desk@desk.example", command="add_queue")
    assert "user id" not in said


def test_with_several_keys_their_addresses_are_listed(settings: LazySettings) -> None:
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        with pytest.raises(CommandError, match=f"{DESK} <desk@desk.example>"):
            say("other", "--name", "Other", "--address", "o@desk.example", command="add_queue")


def test_what_is_published_can_be_served_by_others(home: Path, tmp_path: Path) -> None:
    there = tmp_path / "served"
    there.mkdir(mode=0o700)
    before = os.umask(0o077)
    try:
        say("publish", there)
        say("publish", tmp_path / "new" / "folder")
    finally:
        os.umask(before)
    assert there.stat().st_mode & 0o777 == 0o700
    for path in (*there.rglob("*"), tmp_path / "new", *(tmp_path / "new").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert UNCHANGED in say("publish", there, "--dry-run")
