"""What lies in a new directory is found again after the power was cut."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pytest

from crypto import directories
from crypto.blobs import BlobStore
from crypto.directories import make_directory
from crypto.epochs import EpochKeys


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was made durable, in order."""
    seen: list[Path] = []
    sync = os.fsync

    def look_then_sync(file: int) -> None:
        seen.append(Path(f"/proc/self/fd/{file}").readlink())
        sync(file)

    monkeypatch.setattr(os, "fsync", look_then_sync)
    return seen


def test_every_new_directory_is_durable_in_the_one_above_it(tmp_path: Path, synced: list[Path]) -> None:
    make_directory(tmp_path / "a" / "b")
    assert synced == [tmp_path, tmp_path / "a"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}


def test_it_is_seen_to_once_by_each_process_and_again_when_it_was_gone(
    tmp_path: Path, synced: list[Path]
) -> None:
    (tmp_path / "a").mkdir()  # By another process, which may not have come so far.
    for _ in range(2):
        make_directory(tmp_path / "a")
    assert synced == [tmp_path]
    (tmp_path / "a").rmdir()
    make_directory(tmp_path / "a")
    assert synced == [tmp_path, tmp_path]


def test_what_is_above_may_be_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(directories, "sync_directory", refuse)
    make_directory(tmp_path / "a")
    assert (tmp_path / "a").is_dir()


def test_a_file_in_a_new_directory_is_durable_up_to_the_store(tmp_path: Path, synced: list[Path]) -> None:
    store = BlobStore(tmp_path / "blobs")
    name = store.write(bytes(32), b"x", "ticket")
    place = store.root / name[:2]
    assert [path for path in synced if path.is_dir()] == [tmp_path, store.root, place]


def test_a_key_in_a_new_directory_is_durable_with_it(tmp_path: Path, synced: list[Path]) -> None:
    EpochKeys(tmp_path / "keys").create(date(2026, 3, 2))
    assert [path for path in synced if path.is_dir()] == [tmp_path, tmp_path / "keys"]
