"""The commands with which an admin sets a desk up."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from crypto.models import SealKey
from crypto.openpgp import SecretKeyring
from crypto.vault import epoch_keys
from helpdesk.models import User
from tests.conftest import DESK_ADDRESS
from tests.keyrings import DESK, KEYS
from tickets.models import Queue

# `prepare` binds its port for a moment; nothing here connects to anybody.
pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
STRONG = "seven green lanterns"


def say(*arguments: str, port: int | None = None) -> str:
    """Run a command and give what it printed."""
    out = io.StringIO()
    call_command(*arguments, *([] if port is None else [f"--port={port}"]), stdout=out)
    return out.getvalue()


@pytest.fixture
def place(settings: LazySettings, tmp_path: Path) -> Path:
    """A desk on which nothing has been prepared yet, and which is no demo."""
    settings.DATA_DIR, settings.DEMO_DIR = tmp_path / "data", tmp_path / "data" / "demo"
    settings.BLOBS_DIR, settings.KEYS_DIR = tmp_path / "data" / "blobs", tmp_path / "keys"
    settings.GNUPG_HOME, settings.BROKER_DIR = tmp_path / "gnupg", tmp_path / "data" / "broker"
    settings.STATIC_ROOT, settings.REDIS_URL, settings.DEMO = tmp_path / "static", "", False
    return tmp_path


def type_password(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """At a terminal, word for word."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    given = iter(answers)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(given))


def test_the_first_queue_takes_everything_and_the_next_does_not(keyring: SecretKeyring) -> None:
    say("add_queue", "english", "--name", "English", "--address", DESK_ADDRESS, "--language", "en")
    say("add_queue", "francais", "--name", "Français", "--address", DESK_ADDRESS, "--language", "fr")
    assert list(Queue.objects.values_list("slug", "is_default", "fingerprint")) == [
        ("english", True, DESK),
        ("francais", False, DESK),
    ]


def test_a_queue_says_what_it_is_told_to_say_by_itself(keyring: SecretKeyring) -> None:
    say("add_queue", "english", "--name", "English", "--address", DESK_ADDRESS)
    loud = ("--acknowledges", "--without-key", "ask")
    say("add_queue", "other", "--name", "Other", "--address", DESK_ADDRESS, *loud)
    said = Queue.objects.order_by("slug").values_list("acknowledges", "without_key")
    assert list(said) == [(False, "wait"), (True, "ask")]


def test_a_queue_signs_with_a_key_of_the_desk(keyring: SecretKeyring) -> None:
    spaced = " ".join(DESK[start : start + 4] for start in range(0, 40, 4)).lower()
    say("add_queue", "english", "--name", "English", "--address", DESK_ADDRESS, "--fingerprint", spaced)
    with pytest.raises(CommandError, match="one of the desk's own keys"):
        say("add_queue", "other", "--name", "Other", "--address", DESK_ADDRESS, "--fingerprint", "A" * 40)


def test_a_queue_needs_a_key_first(place: Path) -> None:
    (place / "gnupg").mkdir(mode=0o700)
    with pytest.raises(CommandError, match="desk_key import"):
        say("add_queue", "english", "--name", "English", "--address", DESK_ADDRESS)


def test_a_queue_with_a_wrong_address_is_not_added(keyring: SecretKeyring) -> None:
    with pytest.raises(CommandError, match="valid email"):
        say("add_queue", "english", "--name", "English", "--address", "nowhere")
    assert not Queue.objects.exists()


def test_an_agent_can_sign_in_and_sees_their_queues(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    type_password(monkeypatch, STRONG, STRONG)
    assert "sees 1 queue" in say("add_agent", "dina", "--name", "Dina", "--queues", "english")
    agent = User.objects.get(username="dina")
    assert agent.check_password(STRONG)
    assert list(agent.queues.all()) == [queue]


def test_a_coordinator_is_made_by_the_same_command(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    type_password(monkeypatch, STRONG, STRONG)
    options = ["--queues", "english", "--coordinator", "--email", "dina@desk.example"]
    assert "sees 1 queue(s) and the mail room" in say("add_agent", "dina", "--name", "Dina", *options)
    agent = User.objects.get(username="dina")
    assert (agent.is_coordinator, agent.email) == (True, "dina@desk.example")


def test_an_address_that_is_none_makes_no_agent(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    type_password(monkeypatch, STRONG, STRONG)
    with pytest.raises(CommandError, match="valid email"):
        say("add_agent", "dina", "--name", "Dina", "--email", "nowhere")
    assert not User.objects.exists()


def test_a_script_gives_the_password_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{STRONG}\n"))
    say("add_agent", "dina", "--name", "Dina")
    assert User.objects.get(username="dina").check_password(STRONG)


@pytest.mark.parametrize(
    ("typed", "complaint"), [((STRONG, "else"), "differ"), (("short", "short"), "too short")]
)
def test_a_bad_password_makes_no_agent(
    monkeypatch: pytest.MonkeyPatch, typed: tuple[str, str], complaint: str
) -> None:
    type_password(monkeypatch, *typed)
    with pytest.raises(CommandError, match=complaint):
        say("add_agent", "dina", "--name", "Dina")
    assert not User.objects.exists()


def test_a_name_is_given_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    type_password(monkeypatch, STRONG, STRONG)
    with pytest.raises(CommandError, match="already exists"):
        say("add_agent", "alice", "--name", "Alice")


def test_an_agent_of_a_queue_that_is_not_there_is_not_added() -> None:
    with pytest.raises(CommandError, match="no queue klingon"):
        say("add_agent", "dina", "--name", "Dina", "--queues", "klingon")


def test_a_secret_key_is_imported_and_named(place: Path) -> None:
    try:
        assert say("import_key", str(KEYS / "desk.secret.asc")).split() == [DESK]
    finally:
        call_command("stop_gpg")


@pytest.mark.parametrize("name", ["bob.public.asc", "missing.asc"])
def test_what_is_no_secret_key_is_refused(place: Path, name: str) -> None:
    try:
        with pytest.raises(CommandError):
            say("import_key", str(KEYS / name))
    finally:
        call_command("stop_gpg")


def test_a_desk_is_prepared_and_told_what_is_missing(place: Path) -> None:
    said = say("prepare", port=0)
    assert "desk_key import" in said
    assert "add_queue" in said
    assert len(epoch_keys().names()) == 1
    assert (place / "data" / "broker" / "messages").is_dir()
    assert (place / "keys").stat().st_mode & 0o777 == 0o700


def test_preparing_twice_changes_nothing(place: Path) -> None:
    say("prepare", port=0)
    names = epoch_keys().names()
    say("prepare", port=0)
    assert epoch_keys().names() == names


def test_lost_epoch_keys_are_not_replaced(place: Path) -> None:
    SealKey.objects.create(
        id="11111111-1111-1111-1111-111111111111", epoch="epoch-2026-01-01.key", wrapped=b"x"
    )
    with pytest.raises(CommandError, match="restore KEYS_DIR"):
        say("prepare", port=0)


def test_a_taken_port_is_named(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} .* PORT={port + 1}"):
            say("prepare", port=port)


def test_a_real_desk_gets_no_demo(place: Path) -> None:
    with pytest.raises(CommandError, match="no demo"):
        say("demo")
    with pytest.raises(CommandError, match="no demo"):
        say("demo", "--reset")
