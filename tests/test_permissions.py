"""What the desk writes is for its own user alone, however open-handed the shell that starts it."""

from __future__ import annotations

import os
import stat
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from crypto.gnupg import stop_agent
from helpdesk.checks.settings import check_places
from tests.servers.process import free_port

ROOT = Path(__file__).resolve().parents[1]
MAIL = b"From: ana@user.example\n\nThe canary sings.\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A place where everything was written under an umask of 0: tables, keys, a mail, a message for the worker."""
    place = tmp_path_factory.mktemp("open")
    environment = {
        "PATH": os.environ["PATH"],
        "DEMO": "false",
        "SECRET_KEY": string.ascii_letters,
        "ALLOWED_HOSTS": "localhost",
        "DATA_DIR": str(place / "data"),
        "KEYS_DIR": str(place / "keys"),
        "GNUPG_HOME": str(place / "g"),
        "MAIL_OUT": f"maildir://{place / 'out'}",
    }
    for command in (["prepare", "--port", str(free_port())], ["deliver"]):
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *command],
            input=MAIL,
            env=environment,
            umask=0,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    yield place
    stop_agent(place / "g")


@pytest.mark.enable_socket  # A free port is looked for.
def test_no_directory_or_file_is_open_to_others(written: Path) -> None:
    paths = [path for path in written.rglob("*") if not path.is_socket()]
    assert {path.relative_to(written).parts[0] for path in paths} >= {"data", "keys", "g"}
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.enable_socket
def test_all_that_can_be_written_was(written: Path) -> None:
    names = {path.name for path in (written / "data").iterdir()}
    assert names >= {"db.sqlite3", "blobs", "broker"}
    assert list((written / "data" / "blobs").iterdir())
    assert list((written / "data" / "broker" / "messages").iterdir())


@pytest.mark.parametrize(
    ("around", "mode", "refused"), [(0o755, 0o644, True), (0o755, 0o600, False), (0o700, 0o644, False)]
)
def test_a_database_that_others_can_read_is_refused(
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    around: int,
    mode: int,
    refused: bool,
) -> None:
    file = tmp_path / "d" / "db.sqlite3"
    file.parent.mkdir()
    file.touch()
    file.parent.chmod(around)
    file.chmod(mode)
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    monkeypatch.setitem(settings.DATABASES, "default", sqlite)
    assert ("whisperdesk.E017" in {message.id for message in check_places(None)}) is refused
