"""Archives of old mail for tests: mails with dates, in an mbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.mail.letters import mail

Import = Callable[..., str]
NO_MAIL = b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\n\r\ncanary\r\n"


def dated(day: int, **more: str) -> bytes:
    """A mail of January 2020."""
    head = f"Date: Wed, {day} Jan 2020 10:00:00 +0000\n{more.pop('head', '')}"
    return mail(head=head.strip(), **more)


def when(day: int) -> datetime:
    return datetime(2020, 1, day, 10, 0, tzinfo=UTC)


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(
        b"".join(b"From ana@user.example Sat Jan  3 01:05:34 2015\n" + raw + b"\r\n" for raw in mails)
    )
    return path
