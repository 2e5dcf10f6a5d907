"""`manage.py deliver` as a mail server runs it: its exit code decides whether a mail is returned, kept or done with."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from crypto.errors import SealError
from tickets.mail.keep import Origin
from tickets.management.commands import deliver
from tickets.management.commands.deliver import LARGEST

ROOT = Path(__file__).resolve().parents[1]
MAIL = b"From: ana@user.example\n\nThe canary sings.\n"


class Desk:
    """A desk of its own, on SQLite, and the command line to it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "data").mkdir(mode=0o700)
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATA_DIR": str(directory / "data"),
            "KEYS_DIR": str(directory / "keys"),
            "DATABASE_URL": f"sqlite:///{directory}/data/db.sqlite3",
        }

    def run(self, *command: str, mail: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *command],
            input=mail,
            cwd=self.directory,
            env={**self.environment, **environment},
            capture_output=True,
            check=False,
        )

    def kept(self) -> int:
        with sqlite3.connect(self.directory / "data" / "db.sqlite3") as database:
            (count,) = database.execute("select count(*) from tickets_incoming").fetchone()
        database.close()
        return int(count)


@pytest.fixture(scope="module")
def desk_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    for command in ("migrate", "rotate_epoch_keys"):
        done = desk.run(command)
        assert done.returncode == 0, done.stderr
    return desk


def test_a_mail_is_kept_once(desk_on_disk: Desk) -> None:
    before = desk_on_disk.kept()
    assert [desk_on_disk.run("deliver", mail=MAIL).returncode for _ in range(2)] == [os.EX_OK] * 2
    assert desk_on_disk.kept() == before + 1


@pytest.mark.parametrize("mail", [b"", b" \r\n\n", b"x" * (LARGEST + 1)])
def test_what_is_no_mail_is_returned(desk_on_disk: Desk, mail: bytes) -> None:
    before = desk_on_disk.kept()
    assert desk_on_disk.run("deliver", mail=mail).returncode == os.EX_DATAERR
    assert desk_on_disk.kept() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:////dev/null/db"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("KEYS_DIR", "/dev/null/keys"),
        ("BLOBS_DIR", "/dev/null/blobs"),
    ],
)
def test_when_something_is_wrong_here_the_mail_server_keeps_it(
    desk_on_disk: Desk, name: str, value: str
) -> None:
    done = desk_on_disk.run("deliver", mail=MAIL + name.encode() + value.encode(), **{name: value})
    assert done.returncode == os.EX_TEMPFAIL
    assert b"canary" not in done.stdout + done.stderr
    assert b"user.example" not in done.stdout + done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mail", "trouble", "code"),
    [
        (MAIL, None, os.EX_OK),
        (b" ", None, os.EX_DATAERR),
        (MAIL, DatabaseError(), os.EX_TEMPFAIL),
        (MAIL, SealError("canary"), os.EX_TEMPFAIL),
        (MAIL, OSError(28, "No space left on device"), os.EX_TEMPFAIL),
        (MAIL, RuntimeError("canary"), os.EX_TEMPFAIL),
    ],
)
def test_no_trouble_of_ours_returns_a_mail(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mail: bytes,
    trouble: Exception | None,
    code: int,
) -> None:
    def fail(raw: bytes, origin: Origin) -> None:
        if trouble:
            raise trouble

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail)))
    monkeypatch.setattr(deliver, "keep_mail", fail)
    monkeypatch.setattr(deliver.Command, "check", lambda command: None)
    with pytest.raises(SystemExit) as end:
        call_command("deliver")
    assert end.value.code == code
    assert "canary" not in capsys.readouterr().err


def test_unsafe_settings_do_not_return_mail_either(desk_on_disk: Desk) -> None:
    """The keys lie in the backup of the data: nothing starts, and no mail is lost by that."""
    done = desk_on_disk.run("deliver", mail=MAIL, KEYS_DIR=str(desk_on_disk.directory / "data" / "keys"))
    assert done.returncode == os.EX_TEMPFAIL
    assert b"SystemCheckError" in done.stderr
