"""A database that is not there is said in a sentence, by every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", [["prepare", "--port", "0"], ["purge"]])
def test_it_is_said_what_to_do(tmp_path: Path, command: list[str]) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DEMO": "false",
        "SECRET_KEY": "qwertzuiopasdfghjklyxcvbnmQWERTZUIOPASDFGHJKLYXCVBNM0123456789",
        "ALLOWED_HOSTS": "desk.example.org",
        "DATABASE_URL": "postgres://clara:canary@127.0.0.1:1/desk",
        "DATA_DIR": str(tmp_path / "data"),
        "KEYS_DIR": str(tmp_path / "keys"),
        "MAIL_OUT": f"maildir://{tmp_path}/out",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The database cannot be used: start it, or mend DATABASE_URL." in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr
