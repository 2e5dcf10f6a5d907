"""Sealed files come back whole or not at all."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from crypto.blobs import CHUNK_BYTES, BlobStore
from crypto.errors import SealError
from crypto.sealing import OVERHEAD, new_key

KEY = bytes(range(32))
STEP = CHUNK_BYTES + OVERHEAD


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def _path(store: BlobStore, name: str) -> Path:
    return store.root / name[:2] / name


@pytest.mark.parametrize(
    ("size", "chunks"),
    [(0, 1), (1, 1), (CHUNK_BYTES, 1), (CHUNK_BYTES + 1, 2), (2 * CHUNK_BYTES, 2), (3_670_016, 4)],
)
def test_a_file_of_any_size_comes_back(store: BlobStore, size: int, chunks: int) -> None:
    content = (b"marmalade" * (size // 9 + 1))[:size]
    name = store.write(KEY, content, "ticket")
    assert store.read(KEY, name, "ticket") == content
    sealed = _path(store, name).read_bytes()
    assert len(sealed) == size + chunks * OVERHEAD
    assert b"marmalade" not in sealed


@pytest.fixture
def large(store: BlobStore) -> str:
    """Three chunks and a half, each of its own letter."""
    content = b"".join(letter * CHUNK_BYTES for letter in (b"a", b"b", b"c"))
    return store.write(KEY, content + b"d" * (CHUNK_BYTES // 2), "ticket")


@pytest.mark.parametrize(
    "order", [(1, 0, 2, 3), (0, 2, 3), (0, 1, 2), (0, 0, 1, 2, 3), (0, 1, 3, 2), (3,), ()]
)
def test_chunks_cannot_be_swapped_dropped_or_repeated(
    store: BlobStore, large: str, order: tuple[int, ...]
) -> None:
    path = _path(store, large)
    sealed = path.read_bytes()
    path.write_bytes(b"".join(sealed[place * STEP : (place + 1) * STEP] for place in order))
    with pytest.raises(SealError):
        store.read(KEY, large, "ticket")


@pytest.mark.parametrize("cut", [1, 16, CHUNK_BYTES // 2, CHUNK_BYTES // 2 + OVERHEAD, 2 * STEP])
def test_a_file_cut_at_its_end_is_refused(store: BlobStore, large: str, cut: int) -> None:
    path = _path(store, large)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(SealError):
        store.read(KEY, large, "ticket")


def test_a_file_with_something_added_is_refused(store: BlobStore, large: str) -> None:
    with _path(store, large).open("ab") as file:
        file.write(b"x")
    with pytest.raises(SealError):
        store.read(KEY, large, "ticket")


def test_a_file_opens_only_with_its_key_its_place_and_its_name(store: BlobStore) -> None:
    name, other = (store.write(KEY, b"marmalade", "ticket") for _ in range(2))
    with pytest.raises(SealError):
        store.read(new_key(), name, "ticket")
    with pytest.raises(SealError):
        store.read(KEY, name, "other ticket")
    _path(store, other).write_bytes(_path(store, name).read_bytes())
    with pytest.raises(SealError):
        store.read(KEY, other, "ticket")


def test_a_missing_file_is_a_seal_error(store: BlobStore) -> None:
    with pytest.raises(SealError):
        store.read(KEY, "0" * 32, "ticket")


@pytest.mark.parametrize(
    "name", ["", "..", "../keys/lookup.key", "/etc/hostname", "A" * 32, "0" * 31, "0" * 32 + "\n"]
)
def test_a_name_that_is_not_ours_is_no_path(store: BlobStore, name: str) -> None:
    with pytest.raises(SealError):
        store.read(KEY, name, "ticket")
    with pytest.raises(SealError):
        store.delete(name)


def test_files_are_for_our_eyes_only(store: BlobStore) -> None:
    before = os.umask(0)
    try:
        path = _path(store, store.write(KEY, b"x", "ticket"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_names_are_random(store: BlobStore) -> None:
    names = {store.write(KEY, b"the same", "ticket") for _ in range(20)}
    assert set(store.names()) == names
    assert len(names) == 20


def test_a_file_has_its_name_only_when_it_is_on_disk(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    sync = os.fsync

    def look_then_sync(file: int) -> None:
        seen.append(len(list(store.names())))
        sync(file)

    monkeypatch.setattr(os, "fsync", look_then_sync)
    name = store.write(KEY, b"x", "ticket")
    assert seen[-2:] == [0, 1]
    assert not any(seen[:-1])
    assert [path.name for path in store.root.glob("*/*")] == [name]


def test_a_file_whose_writing_failed_is_not_there(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def fail(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            sync(file)
            return
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        store.write(KEY, b"x", "ticket")
    assert list(store.root.glob("*/*")) == []


def test_deleting_twice_is_deleting(store: BlobStore) -> None:
    name = store.write(KEY, b"x", "ticket")
    store.delete(name)
    store.delete(name)
    assert list(store.names()) == []


def test_the_age_of_a_file_is_since_it_was_written(store: BlobStore) -> None:
    name = store.write(KEY, b"x", "ticket")
    assert 99 <= store.age(name, time.time() + 100) <= 110


def test_a_file_that_is_gone_has_no_age(store: BlobStore) -> None:
    assert store.age("0" * 32, time.time()) == 0.0


def test_what_a_killed_process_began_is_removed_later(store: BlobStore) -> None:
    name = store.write(KEY, b"x", "ticket")
    old, new = (_path(store, name).with_suffix(f".{age}.draft") for age in ("old", "new"))
    for path, moment in ((old, 1_000), (new, 3_000), (_path(store, name), 1_000)):
        path.touch()
        os.utime(path, (moment, moment))
    store.remove_drafts(2_000)
    assert [old.exists(), new.exists()] == [False, True]
    assert list(store.names()) == [name]
