"""What an admin mistypes is refused in a sentence, before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HTTPS", "maybe", "HTTPS must be true or false."),
        ("DEMO", "perhaps", "DEMO must be true or false."),
        ("BACKUP_LIFE_DAYS", "abc", "BACKUP_LIFE_DAYS must be a whole number."),
        ("MAIL_POLL_SECONDS", "-1", "MAIL_POLL_SECONDS must be a whole number."),
    ],
)
def test_a_word_that_makes_no_sense_is_named(name: str, value: str, sentence: str) -> None:
    environment = {"PATH": os.environ["PATH"], "DEMO": "true", name: value}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
