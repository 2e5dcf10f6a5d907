"""Unsafe or contradictory settings stop every door, each with its own id."""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.checks import run_checks

from helpdesk.checks.refusal import TAG, refuse_unsafe_settings
from helpdesk.checks.settings import LONGEST_HOME

SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "desk"}


@pytest.fixture(autouse=True)
def safe(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazySettings:
    """A desk about which there is nothing to say."""
    monkeypatch.delenv("WHISPERDESK_FAULT", raising=False)
    settings.DEMO, settings.HTTPS = False, True
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = SECRET, ["desk.example.org"]
    settings.KEYS_DIR, settings.BLOBS_DIR = tmp_path / "keys", tmp_path / "data" / "blobs"
    settings.GNUPG_HOME = tmp_path / "g"
    monkeypatch.setitem(settings.DATABASES, "default", POSTGRESQL)
    settings.REDIS_URL = "rediss://redis.example.org/0"
    settings.MAIL_IN, settings.MAIL_OUT = ["imaps://desk:secret@mail.example.org"], "smtps://mail.example.org"
    settings.MAIL_CA_FILE = ""
    settings.BACKUP_LIFE_DAYS, settings.FORGET_AFTER_DAYS = 14, 90
    return settings


def found() -> list[str]:
    """The ids of what the checks say."""
    return [str(message.id).removeprefix(f"{TAG}.") for message in run_checks(tags=[TAG])]


def test_a_safe_desk_is_not_complained_about() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "identifier"),
    [
        ("SECRET_KEY", "", "E001"),
        ("SECRET_KEY", "short", "E001"),
        ("SECRET_KEY", "demo-only-" + "x" * 50, "E001"),
        ("SECRET_KEY", "a" * 70, "E001"),
        (
            "SECRET_KEY",
            "# 50 random characters: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            "E001",
        ),
        ("HTTPS", False, "E018"),
        ("MAIL_POLL_SECONDS", 0, "E010"),
        ("ALLOWED_HOSTS", [], "E002"),
        ("ALLOWED_HOSTS", ["*"], "E002"),
        ("ALLOWED_HOSTS", [".example.org"], "E002"),
        ("MAIL_IN", ["imap://mail.example.org"], "E005"),
        ("MAIL_IN", ["imaps://mail.example.org", "pop3s://mail.example.org"], "E005"),
        ("MAIL_IN", ["imaps://mail.example.org/INBOX?verify=no"], "E019"),
        ("MAIL_OUT", "", "E006"),
        ("MAIL_OUT", "smtp://mail.example.org", "E006"),
        ("MAIL_CA_FILE", "/nowhere/authority.pem", "E007"),
        ("BACKUP_LIFE_DAYS", 0, "E010"),
        ("FORGET_AFTER_DAYS", 0, "E010"),
        ("REDIS_URL", "http://redis.example.org", "E014"),
        ("GNUPG_HOME", Path("/" + "long" * 30), "E015"),
        ("MAIL_IN", [], "W001"),
    ],
)
def test_a_wrong_setting_is_named(safe: LazySettings, name: str, value: object, identifier: str) -> None:
    setattr(safe, name, value)
    assert found() == [identifier]


@pytest.mark.parametrize(
    "url", ["smtps://mail.example.org", "smtp+starttls://mail.example.org", "maildir:///out"]
)
def test_mail_goes_out_over_tls_or_into_a_directory(safe: LazySettings, url: str) -> None:
    safe.MAIL_OUT = url
    assert found() == []


@pytest.mark.parametrize("database", [{"ENGINE": "django.db.backends.mysql"}, {}])
def test_an_unknown_database_is_refused(
    safe: LazySettings, database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(safe.DATABASES, "default", database)
    assert found() == ["E008"]


def test_keys_beside_the_database_are_refused(
    safe: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(safe.DATABASES, "default", _sqlite(tmp_path))
    assert found() == ["E003"]


def test_keys_among_the_data_are_refused_with_a_database_server_too(
    safe: LazySettings, tmp_path: Path
) -> None:
    safe.DATA_DIR, safe.KEYS_DIR = tmp_path / "data", tmp_path / "data" / "keys"
    assert found() == ["E003"]


def test_an_onion_service_needs_no_tls(safe: LazySettings) -> None:
    safe.HTTPS, safe.ALLOWED_HOSTS = False, ["deskdeskdesk.onion", "127.0.0.1"]
    assert found() == []


def test_keys_among_the_blobs_are_refused(safe: LazySettings, tmp_path: Path) -> None:
    safe.KEYS_DIR = tmp_path / "data" / "blobs" / "keys"
    assert found() == ["E003"]


def test_blobs_among_the_keys_are_refused(safe: LazySettings, tmp_path: Path) -> None:
    safe.BLOBS_DIR = tmp_path / "keys" / "blobs"
    assert found() == ["E003"]


@pytest.mark.parametrize("name", ["DATA_DIR", "KEYS_DIR", "BLOBS_DIR", "GNUPG_HOME"])
def test_places_that_others_can_read_are_refused(safe: LazySettings, tmp_path: Path, name: str) -> None:
    place = tmp_path / "k"
    place.mkdir()
    place.chmod(0o755)
    setattr(safe, name, place)
    assert found() == (
        ["E004", "E015"] if len(str(place)) > LONGEST_HOME and name == "GNUPG_HOME" else ["E004"]
    )


def test_keys_that_the_desk_cannot_read_are_named(safe: LazySettings, tmp_path: Path) -> None:
    """A file where a directory should be stands for one that is closed to us: for root nothing is closed."""
    (tmp_path / "file").touch()
    safe.KEYS_DIR = tmp_path / "file" / "keys"
    assert found() == ["E016"]


@pytest.fixture
def demo(safe: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazySettings:
    """A demo about which there is nothing to say."""
    safe.DEMO, safe.HTTPS, safe.ALLOWED_HOSTS = True, False, ["localhost"]
    monkeypatch.setitem(safe.DATABASES, "default", _sqlite(tmp_path))
    return safe


def test_the_demo_keeps_everything_in_one_place(demo: LazySettings) -> None:
    assert found() == []


@pytest.mark.parametrize(("name", "value"), [("HTTPS", True), ("ALLOWED_HOSTS", ["desk.example.org"])])
def test_the_demo_is_for_this_machine_alone(demo: LazySettings, name: str, value: object) -> None:
    setattr(demo, name, value)
    assert found() == ["E009"]


def test_the_demo_has_no_database_server(demo: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(demo.DATABASES, "default", POSTGRESQL)
    assert found() == ["E009"]


def test_a_clock_that_shows_the_past_is_refused() -> None:
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        assert found() == ["E011"]


def test_gpg_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert found() == ["E012"]


def test_an_old_gpg_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _invent_gpg(tmp_path, "echo 'gpg (GnuPG) 1.4.23'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert found() == ["E012"]


@pytest.mark.parametrize("interpreter", ["/bin/sh", "/nowhere/sh"])
def test_a_gpg_that_says_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, interpreter: str
) -> None:
    _invent_gpg(tmp_path, "exit 1", interpreter)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found() == ["E012"]


def test_a_worker_that_is_to_be_killed_runs_only_in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISPERDESK_FAULT", "fetched")
    assert found() == []
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    assert found() == ["E013"]


def test_the_web_server_does_not_start(safe: LazySettings, capsys: pytest.CaptureFixture[str]) -> None:
    safe.MAIL_OUT = "smtp://desk:secret@mail.example.org"
    with pytest.raises(SystemExit) as ended:
        refuse_unsafe_settings()
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert said.startswith("(whisperdesk.E006) MAIL_OUT must begin with")
    assert "secret" not in said


def test_the_web_server_is_asked_before_its_first_page(
    safe: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.MAIL_OUT = ""
    monkeypatch.delitem(sys.modules, "helpdesk.wsgi", raising=False)
    with pytest.raises(SystemExit):
        importlib.import_module("helpdesk.wsgi")


def test_a_warning_stops_nothing(safe: LazySettings, capsys: pytest.CaptureFixture[str]) -> None:
    safe.MAIL_IN = []
    refuse_unsafe_settings()
    assert capsys.readouterr().err == ""


def test_the_worker_asks_before_it_starts(safe: LazySettings) -> None:
    from celery.signals import worker_init

    safe.MAIL_OUT = ""
    with pytest.raises(SystemExit):
        worker_init.send(sender=None)


def _sqlite(directory: Path) -> dict[str, str]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "db.sqlite3")}


def _invent_gpg(directory: Path, body: str, interpreter: str = "/bin/sh") -> None:
    program = directory / "gpg"
    program.write_text(f"#!{interpreter}\n{body}\n")
    program.chmod(0o755)
