"""Epoch keys are made, found, and destroyed in order; never the newest."""

from __future__ import annotations

import os
import stat
import threading
from datetime import date
from pathlib import Path

import pytest

from crypto import epochs as module
from crypto.epochs import EpochKeys
from crypto.errors import EpochKeyMissingError, SealError
from crypto.sealing import new_key

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where no key is yet."""
    return tmp_path / "here" / "keys"


@pytest.fixture
def epochs(folder: Path) -> EpochKeys:
    return EpochKeys(folder)


def test_without_any_the_admin_is_told_what_to_do(epochs: EpochKeys) -> None:
    assert epochs.names() == []
    with pytest.raises(EpochKeyMissingError, match="rotate_epoch_keys"):
        epochs.newest()


def test_the_newest_is_of_the_latest_day(epochs: EpochKeys) -> None:
    for day in (TUESDAY, MONDAY, WEDNESDAY):
        epochs.create(day)
    assert epochs.newest() == "epoch-2026-03-04.key"
    assert epochs.names() == [f"epoch-2026-03-0{day}.key" for day in (2, 3, 4)]


def test_the_day_of_the_newest_is_known(epochs: EpochKeys) -> None:
    assert epochs.newest_day() is None
    for day in (date(2026, 3, 2), date(2026, 1, 9)):
        epochs.create(day)
    assert epochs.newest_day() == date(2026, 3, 2)


def test_several_of_one_day_stay_in_the_order_they_were_made(epochs: EpochKeys) -> None:
    made = [epochs.create(MONDAY) for _ in range(12)]
    assert epochs.names() == made
    assert made[0] == "epoch-2026-03-02.key"
    assert made[-1] == "epoch-2026-03-02.11.key"


def test_a_key_is_for_our_eyes_only(epochs: EpochKeys, folder: Path) -> None:
    before = os.umask(0)
    try:
        name = epochs.create(MONDAY)
        epochs.digest("address", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "lookup.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_but_keys_is_left_in_the_folder(epochs: EpochKeys, folder: Path) -> None:
    epochs.create(MONDAY)
    epochs.create(MONDAY)
    epochs.digest("address", b"x")
    assert sorted(path.name for path in folder.iterdir()) == [
        "epoch-2026-03-02.1.key",
        "epoch-2026-03-02.key",
        "lookup.key",
    ]


def test_a_key_has_its_name_only_when_it_is_whole(
    epochs: EpochKeys, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    sync = os.fsync

    def look_then_sync(file: int) -> None:
        seen.append(epochs.names())
        sync(file)

    monkeypatch.setattr(os, "fsync", look_then_sync)
    epochs.create(MONDAY)
    assert seen[-2:] == [[], ["epoch-2026-03-02.key"]]


def test_other_files_are_no_epoch_keys(epochs: EpochKeys, folder: Path) -> None:
    epochs.create(MONDAY)
    for name in ("lookup.key", ".epoch-2026-03-09.key.ab", "epoch-2026-03-09.key.bak", "notes"):
        (folder / name).write_bytes(new_key())
    assert epochs.names() == ["epoch-2026-03-02.key"]


def test_what_is_wrapped_is_unwrapped_by_another_process(epochs: EpochKeys, folder: Path) -> None:
    key, name = new_key(), epochs.create(MONDAY)
    wrapped = epochs.wrap(key, "ticket", epoch=name)
    assert key not in wrapped
    assert EpochKeys(folder).unwrap(wrapped, "ticket", epoch=name) == key


def test_a_wrapped_key_is_bound_to_its_owner_and_its_epoch(epochs: EpochKeys, folder: Path) -> None:
    first, second = epochs.create(MONDAY), epochs.create(TUESDAY)
    wrapped = epochs.wrap(new_key(), "ticket", epoch=first)
    with pytest.raises(SealError):
        epochs.unwrap(wrapped, "other", epoch=first)
    with pytest.raises(SealError):
        epochs.unwrap(wrapped, "ticket", epoch=second)
    (folder / second).write_bytes((folder / first).read_bytes())
    with pytest.raises(SealError):
        EpochKeys(folder).unwrap(wrapped, "ticket", epoch=second)


@pytest.mark.parametrize("name", ["epoch-2026-03-09.key", "../lookup.key", "lookup.key", "", "/etc/hostname"])
def test_a_key_that_is_not_there_is_missing(epochs: EpochKeys, name: str) -> None:
    epochs.create(MONDAY)
    epochs.digest("address", b"makes lookup.key")
    with pytest.raises(EpochKeyMissingError):
        epochs.wrap(new_key(), "ticket", epoch=name)


def test_a_key_file_of_the_wrong_length_is_refused(epochs: EpochKeys, folder: Path) -> None:
    name = epochs.create(MONDAY)
    (folder / name).write_bytes(b"short")
    with pytest.raises(SealError):
        epochs.wrap(new_key(), "ticket", epoch=name)


def test_those_before_a_day_are_destroyed(epochs: EpochKeys, folder: Path) -> None:
    monday, tuesday, wednesday = (epochs.create(day) for day in (MONDAY, TUESDAY, WEDNESDAY))
    assert epochs.destroy_older_than(TUESDAY) == [monday]
    assert epochs.names() == [tuesday, wednesday]
    assert not (folder / monday).exists()


def test_the_newest_is_never_destroyed(epochs: EpochKeys) -> None:
    epochs.create(MONDAY)
    newest = epochs.create(MONDAY)
    epochs.destroy_older_than(date(2030, 1, 1))
    assert epochs.names() == [newest]


def test_a_destroyed_key_is_overwritten_first(epochs: EpochKeys, folder: Path) -> None:
    name = epochs.create(MONDAY)
    epochs.create(TUESDAY)
    before = (folder / name).read_bytes()
    (folder / "second-name").hardlink_to(folder / name)
    epochs.destroy_older_than(TUESDAY)
    after = (folder / "second-name").read_bytes()
    assert after != before
    assert len(after) == len(before)


def test_a_destroyed_key_opens_nothing_any_more(epochs: EpochKeys) -> None:
    name = epochs.create(MONDAY)
    wrapped = epochs.wrap(new_key(), "ticket", epoch=name)
    epochs.create(TUESDAY)
    epochs.destroy_older_than(TUESDAY)
    with pytest.raises(EpochKeyMissingError):
        epochs.unwrap(wrapped, "ticket", epoch=name)


def test_other_processes_let_go_of_a_destroyed_key(epochs: EpochKeys, folder: Path) -> None:
    name = epochs.create(MONDAY)
    other = EpochKeys(folder)
    wrapped = other.wrap(new_key(), "ticket", epoch=name)
    epochs.create(TUESDAY)
    epochs.destroy_older_than(TUESDAY)
    other.newest()
    with pytest.raises(EpochKeyMissingError):
        other.unwrap(wrapped, "ticket", epoch=name)


def test_digests_are_equal_for_equal_values_only(epochs: EpochKeys, folder: Path) -> None:
    mark = epochs.digest("address", b"ann@example.org")
    assert EpochKeys(folder).digest("address", b"ann@example.org") == mark
    assert epochs.digest("address", b"anna@example.org") != mark
    assert len(mark) == 64


def test_digests_of_different_purposes_never_meet(epochs: EpochKeys) -> None:
    assert epochs.digest("address", b"x") != epochs.digest("message-id", b"x")
    assert epochs.digest("a", b"bc") != epochs.digest("ab", b"c")


def test_another_desk_has_other_digests(epochs: EpochKeys, tmp_path: Path) -> None:
    assert epochs.digest("address", b"x") != EpochKeys(tmp_path / "other").digest("address", b"x")


def test_the_look_up_key_stays_when_epochs_go(epochs: EpochKeys, folder: Path) -> None:
    epochs.create(MONDAY)
    mark = epochs.digest("address", b"x")
    epochs.create(WEDNESDAY)
    epochs.destroy_older_than(WEDNESDAY)
    epochs.newest()
    assert epochs.digest("address", b"x") == mark == EpochKeys(folder).digest("address", b"x")


def test_two_that_make_the_look_up_key_at_once_share_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)
    write = module._write_new

    def write_together(path: Path, content: bytes) -> None:
        both.wait(10)
        write(path, content)

    monkeypatch.setattr(module, "_write_new", write_together)
    marks: list[str] = []
    threads = [
        threading.Thread(target=lambda: marks.append(EpochKeys(folder).digest("address", b"x")))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(marks) == 2
    assert set(marks) == {EpochKeys(folder).digest("address", b"x")}
    assert [path.name for path in folder.iterdir()] == ["lookup.key"]
