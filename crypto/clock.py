"""Points in time as gpg reads them, and the clock that a run of it goes by."""

from __future__ import annotations

from datetime import UTC, datetime


def at(now: datetime) -> tuple[str, str]:
    """Arguments for a run of gpg: time stands still then."""
    return "--faked-system-time", f"{moment(now)}!"


def moment(when: datetime) -> str:
    """A point in time."""
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
