"""`manage.py desk_key`: each thing that it can do, and that a dry run says the same and does nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from crypto.gnupg import stop_agent
from crypto.models import DeskKey, RetiredSubkey
from crypto.own_keys.making import list_own_keys, own_key
from tests.crypto.own import changeable_home, mail_to, opens
from tests.keyrings import BOB, CAROL, DESK, KEYS
from tickets.models import Queue

pytestmark = pytest.mark.django_db
UNCHANGED = "Nothing was changed."


@pytest.fixture
def home(queue: Queue, settings: LazySettings) -> Iterator[Path]:
    with changeable_home() as home:
        settings.GNUPG_HOME = home
        yield home


@pytest.fixture
def empty(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """A desk that has no keyring yet; the path of the agent's socket is short."""
    with changeable_home("bob") as folder:
        settings.GNUPG_HOME = folder / "g"
        yield folder / "g"
        stop_agent(folder / "g")


def say(*arguments: object, command: str = "desk_key") -> str:
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def state(home: Path) -> object:
    """All that gpg and the database know of the desk's keys."""
    rows = list(RetiredSubkey.objects.values_list("fingerprint", "destroyed"))
    return list_own_keys(home, now=timezone.now()), rows


def dry_then_real(home: Path, *arguments: object) -> str:
    """What the command says when it does it; a dry run before has said the beginning of it and done nothing."""
    before = state(home)
    dry = say(*arguments, "--dry-run")
    assert state(home) == before
    assert dry.endswith(f"{UNCHANGED}\n")
    real = say(*arguments)
    assert real.startswith(dry.removesuffix(f"{UNCHANGED}\n"))
    return real


def test_a_key_is_made(empty: Path) -> None:
    made = ("make", "--name", "Desk", "--address", "desk@desk.example", "--days", "30")
    assert UNCHANGED in say(*made, "--dry-run")
    assert not empty.exists()
    fingerprint = say(*made).split()[-1]
    key = own_key(empty, fingerprint, now=timezone.now())
    end = key.end(timezone.now())
    assert end is not None
    assert timedelta(days=29) < end - timezone.now() <= timedelta(days=30)
    assert DeskKey.objects.get().fingerprint == fingerprint
    assert empty.stat().st_mode & 0o777 == 0o700


def test_a_key_is_imported(empty: Path) -> None:
    file = KEYS / "desk.secret.asc"
    assert say("import", file, "--dry-run") == f"{DESK} <desk@desk.example>\n{UNCHANGED}\n"
    assert not empty.exists()
    assert say("import", file) == f"{DESK} <desk@desk.example>\n"
    assert DeskKey.objects.get().fingerprint == DESK


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("bob.public.asc", "no secret"), ("missing.asc", "cannot be read")],
)
def test_what_is_no_secret_key_is_not_imported(empty: Path, name: str, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        say("import", KEYS / name)


def test_a_key_that_gpg_does_not_take_is_said(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "helpdesk.management.bringing.import_secret_key"
    monkeypatch.setattr(module, lambda *given: ())
    with pytest.raises(CommandError, match="did not take"):
        say("import", KEYS / "desk.secret.asc")


def test_keys_are_listed_with_what_is_wrong(home: Path, empty: Path, settings: LazySettings) -> None:
    assert say("list") == "The desk has no key.\n"
    settings.GNUPG_HOME = home
    said = say("list")
    assert f"{DESK} <desk@desk.example>\n  can be used; has no end\n  queues: english\n" in said
    subkey = own_key(home, DESK, now=timezone.now()).subkeys[0]
    (home / "private-keys-v1.d" / f"{subkey.keygrip}.key").unlink()
    stop_agent(home)
    assert "the secret part that opens mail is not here" in say("list")


def test_a_key_gets_more_time(home: Path) -> None:
    said = dry_then_real(home, "extend", DESK, "--days", "100")
    assert said.count("without end →") == 2
    key = own_key(home, DESK, now=timezone.now())
    assert key.expires
    assert key.expires - timezone.now() > timedelta(days=99)
    with pytest.raises(CommandError, match="shorten"):
        say("extend", "--days", "10")


def test_a_key_gets_a_new_subkey_and_the_old_one_ends_in_its_time(home: Path, settings: LazySettings) -> None:
    old = own_key(home, DESK, now=timezone.now()).subkeys[0].fingerprint
    late = mail_to(home, old, now=timezone.now())
    said = dry_then_real(home, "rotate", DESK, "--days", "100")
    assert f"{old}: used no longer" in said
    assert opens(home, late)
    assert "old; opens mail until it is destroyed" in say("list")
    assert f"{old}: " not in say("extend", DESK, "--days", "900", "--dry-run")
    assert dry_then_nothing("destroy", "--due")
    with pytest.raises(CommandError, match="no retired subkey"):
        say("destroy", "--subkey", "A" * 40)
    assert "destroyed; it was seen" in say("destroy", "--subkey", f"0x{old.lower()}")
    assert not opens(home, late)
    assert "destroyed on" in say("list")


def dry_then_nothing(*arguments: str) -> bool:
    """Nothing is due: both runs say so."""
    return say(*arguments) == say(*arguments, "--dry-run") == f"{UNCHANGED}\n"


def test_what_is_due_is_destroyed(home: Path) -> None:
    say("rotate")
    RetiredSubkey.objects.update(destroy_after=timezone.now())
    before = state(home)
    assert "could be read by nobody" in say("destroy", "--due", "--dry-run")
    assert state(home) == before
    assert "destroyed" in say("destroy", "--due")
    assert RetiredSubkey.objects.get().destroyed


def test_a_primary_key_that_is_elsewhere_is_said(home: Path) -> None:
    (home / "private-keys-v1.d" / f"{own_key(home, DESK, now=timezone.now()).keygrip}.key").unlink()
    stop_agent(home)
    assert "its primary secret key is elsewhere" in say("list")
    with pytest.raises(CommandError, match="extend the key where it is"):
        say("extend")
    with pytest.raises(CommandError, match="The primary secret key is not"):
        say("rotate")


def test_one_of_several_keys_has_to_be_named(settings: LazySettings, db: None) -> None:
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        with pytest.raises(CommandError, match="whole fingerprint"):
            say("rotate")
        with pytest.raises(CommandError, match="whole fingerprint"):
            say("extend", DESK[-16:])


@pytest.mark.parametrize("days", ["0", "-1", "x", "9999", "²"])
def test_a_number_of_days_is_one(home: Path, days: str) -> None:
    with pytest.raises(CommandError, match="between 1 and 7300"):
        say("extend", f"--days={days}")


def test_where_keys_are_published_is_said_and_written(home: Path, tmp_path: Path) -> None:
    said = say("publish")
    assert "https://openpgpkey.desk.example/.well-known/openpgpkey/desk.example/hu/" in said
    assert UNCHANGED in say("publish", tmp_path / "www", "--dry-run")
    assert not (tmp_path / "www").exists()
    say("publish", tmp_path / "www")
    files = sorted(path for path in (tmp_path / "www").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "www").parts[0] for path in files] == [
        *["desk.example"] * 2,
        *["openpgpkey.desk.example"] * 2,
    ]
    assert {path.name: bool(path.read_bytes()) for path in files}["policy"] is False
    Queue.objects.update(address="other@desk.example")
    assert "other@desk.example: not published" in say("publish")
    Queue.objects.all().delete()
    assert say("publish") == "No queue has a public address.\n"


def test_a_queue_gets_a_key_of_its_own(queue: Queue, settings: LazySettings) -> None:
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        assert UNCHANGED in say("english", BOB, "--dry-run", command="set_queue_key")
        assert Queue.objects.get().fingerprint == DESK
        say("english", BOB, command="set_queue_key")
        assert Queue.objects.get().fingerprint == BOB
        with pytest.raises(CommandError, match="none of the desk's own"):
            say("english", CAROL, command="set_queue_key")
        with pytest.raises(CommandError, match="no queue klingon"):
            say("klingon", BOB, command="set_queue_key")
