"""System checks: the epoch keys are where they were, the clock is not behind them, and passwords are nobody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from crypto.vault import epoch_keys
from helpdesk.checks.refusal import TAG, refused


@register(TAG)
def check_keys(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """Without its keys the desk would make new ones, and find nothing of what it holds again."""
    try:
        newest, blobs = epoch_keys().newest_day(), Path(settings.BLOBS_DIR)
        holds_content = blobs.is_dir() and any(blobs.iterdir())
    except OSError:
        return  # The checks of places say which directory cannot be read.
    if newest is None and holds_content:
        yield refused(
            40,
            "KEYS_DIR holds no epoch key, but BLOBS_DIR holds content sealed under one. Mount or restore KEYS_DIR.",
        )
    # A day to spare: the desk's day and the clock's may be of different time zones.
    if newest is not None and datetime.now(UTC).date() + timedelta(days=1) < newest:
        yield refused(
            41,
            "The clock is wrong: it shows a day before that of the newest epoch key. Set it; or, if a wrong clock made"
            " that key, set it and run 'manage.py rotate_epoch_keys' when that day has come.",
        )


@register(TAG)
def check_env(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """The file that holds the passwords. It may be root's, and the desk read it as one of its group."""
    file = Path(settings.BASE_DIR) / ".env"
    try:
        found = file.stat()
    except OSError:
        return  # There is none, or reading it has failed already.
    others = 0o077 if found.st_uid == os.getuid() else 0o037
    if found.st_mode & others:
        yield refused(
            43,
            f"The .env holds passwords and can be read by others. Close it: chmod 0600 {file}",
        )
