"""Throws the demo's data away: only what the demo itself made, by name."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from crypto.gnupg import stop_agent
from helpdesk.demo.desk import reporters_home

FILES = ("db.sqlite3*", "beat*")
DIRECTORIES = ("keys", "blobs", "gnupg", "demo", "broker")


def reset() -> None:
    """Stop gpg's agents and remove the database, keys, sealed files, mails and messages of the demo."""
    for home in (settings.GNUPG_HOME, reporters_home()):
        stop_agent(home)
    data = Path(settings.DATA_DIR)
    for pattern in FILES:
        for path in data.glob(pattern):
            path.unlink()
    for name in DIRECTORIES:
        shutil.rmtree(data / name, ignore_errors=True)
