"""A disk is full, where sealed files, gpg's home or temporary files are: mail stays where it is until there is room."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from crypto.gnupg import stop_agent
from crypto.openpgp import SecretKeyring
from tests.children import in_child
from tests.faults.conftest import Inbox
from tests.faults.desk import recover, work_a_round
from tests.faults.invariants import Day, assert_invariants, posted_mail
from tickets import language
from tickets.mail.fetch import mailboxes
from tickets.mail.line import LEASE
from tickets.models import Incoming, Mailbox

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk"),
]
NEW_MOUNTS = 0x00020000
RAW = (Path(__file__).resolve().parents[1] / "mails" / "encrypted-question.eml").read_bytes()


def on_a_small_disk(directory: Path, size: str, work: Callable[[], object]) -> None:
    """Do this where the directory is a disk of its own. The mount is the child's alone and goes with it."""

    def alone() -> None:
        try:
            assert ctypes.CDLL(None).unshare(NEW_MOUNTS) == 0, "no mounts of our own"
            subprocess.run(["mount", "--make-rprivate", "/"], check=True)
            directory.mkdir(parents=True, exist_ok=True)
            options = f"size={size},mode=0700"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], check=True)
            work()
        except BaseException:
            traceback.print_exc()
            raise

    assert in_child(alone) == 0


def grow(directory: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", directory], check=True)


def fill(directory: Path) -> None:
    """To the last byte."""
    with (directory / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


@pytest.mark.parametrize("inbox", ["maildir", "imaps"], indirect=True)
@pytest.mark.parametrize("mark", [0.95, 2.0])
def test_without_room_for_sealed_files_mail_stays_and_comes_when_there_is_room(
    inbox: Inbox,
    vault: Path,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    mark: float,
) -> None:
    """Above the mark nothing is begun; without one each write fails by itself."""
    monkeypatch.setattr(mailboxes, "FULL_DISK", mark)
    day = Day([posted_mail() + os.urandom(60_000).hex().encode() for _ in range(5)], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)

    def work() -> None:
        work_a_round()
        assert Incoming.objects.count() < len(day.mails)
        assert Mailbox.objects.get().trouble == "cannot_keep"
        assert_invariants(day, is_over=False)
        clock.shift(LEASE)
        work_a_round()
        assert Mailbox.objects.get().trouble in {"cannot_keep", "disk_full"}
        grow(vault / "blobs")
        for _ in range(6):
            clock.shift(LEASE)
            work_a_round()
        assert_invariants(day)

    on_a_small_disk(vault / "blobs", "320k", work)


def test_without_room_in_the_home_of_gpg_a_mail_waits_or_is_opened(
    inbox: Inbox,
    keyring: SecretKeyring,
    clock: time_machine.Traveller,
    settings: LazySettings,
) -> None:
    day = Day([RAW], inbox.mails)
    inbox.post(RAW)
    home = Path(tempfile.mkdtemp(prefix="wd-"))

    def work() -> None:
        shutil.copytree(
            keyring.home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("S.*", "*.lock")
        )
        home.chmod(0o700)
        settings.GNUPG_HOME = home
        fill(home)
        work_a_round()
        row = Incoming.objects.get()
        assert row.state in {Incoming.State.FILED, Incoming.State.NEW, Incoming.State.QUARANTINED}
        assert row.reason in {"", "gpg_failed", "gpg_timeout", "no_room"}, "the sender is not to blame"
        assert_invariants(day, is_over=False)
        grow(home)
        clock.shift(LEASE)
        recover()
        assert_invariants(day)
        stop_agent(home)

    on_a_small_disk(home, "200k", work)
    shutil.rmtree(home)


def test_without_room_for_temporary_files_mail_is_filed_or_waits(
    inbox: Inbox, keyring: SecretKeyring, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    """A mail is opened and read in memory and in pipes; the model of languages is read when the worker starts."""
    language.preload(settings.TICKET_LANGUAGES)
    day = Day([RAW, posted_mail()], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)
    small = Path(tempfile.mkdtemp(prefix="wd-"))  # A short path: gpg's agent has a socket below it.

    def work() -> None:
        fill(small)
        os.environ["TMPDIR"] = tempfile.tempdir = str(small)
        work_a_round()
        assert_invariants(day, is_over=False)
        assert not Incoming.objects.filter(state=Incoming.State.SET_ASIDE).exists()
        (small / "filler").unlink()
        grow(small)
        clock.shift(LEASE)
        recover()
        assert_invariants(day)

    on_a_small_disk(small, "64k", work)
    small.rmdir()
