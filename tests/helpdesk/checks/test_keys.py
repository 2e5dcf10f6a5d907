"""A desk without its keys, or whose clock is behind them, does not start."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from helpdesk.checks.keys import check_env, check_keys

EPOCH = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""The day of the tests' epoch key."""


def found() -> list[str]:
    return [str(message.id).rpartition(".")[2] for message in check_keys(None)]


def test_keys_that_are_gone_while_content_is_there_are_missed(vault: Path, settings: LazySettings) -> None:
    (vault / "blobs" / "ab").mkdir(parents=True)
    assert found() == []
    settings.KEYS_DIR = vault / "unmounted"
    assert found() == ["E040"]
    assert not (vault / "unmounted").exists()


def test_a_new_desk_has_neither(settings: LazySettings, tmp_path: Path) -> None:
    settings.KEYS_DIR, settings.BLOBS_DIR = tmp_path / "keys", tmp_path / "blobs"
    assert found() == []


@pytest.mark.parametrize(
    ("day", "expected"), [("2025-12-30", ["E041"]), ("2025-12-31", []), ("2026-07-01", [])]
)
def test_a_clock_behind_the_newest_key_is_wrong(vault: Path, day: str, expected: list[str]) -> None:
    with time_machine.travel(datetime.fromisoformat(f"{day}T12:00:00+00:00")):
        assert found() == expected


def test_directories_that_cannot_be_read_are_for_another_check(vault: Path, settings: LazySettings) -> None:
    (vault / "file").write_text("")
    settings.KEYS_DIR = vault / ("x" * 300)
    assert found() == []


@pytest.mark.parametrize(
    ("mode", "is_ours", "expected"),
    [
        (0o600, True, []),
        (0o640, True, ["E043"]),
        (0o604, True, ["E043"]),
        (0o640, False, []),
        (0o660, False, ["E043"]),
        (0o644, False, ["E043"]),
    ],
)
def test_a_file_of_passwords_is_closed_to_others(
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    expected: list[str],
    *,
    is_ours: bool,
) -> None:
    settings.BASE_DIR = tmp_path
    assert list(check_env(None)) == []
    (tmp_path / ".env").touch(mode=mode)
    (tmp_path / ".env").chmod(mode)
    if not is_ours:
        monkeypatch.setattr("os.getuid", lambda: 12_345)
    messages = list(check_env(None))
    assert [str(message.id).rpartition(".")[2] for message in messages] == expected
    assert all(f"chmod 0600 {tmp_path}/.env" in message.msg for message in messages)
