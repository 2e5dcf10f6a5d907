"""gpg and what reads a mail hang, are killed and kill: the mail waits or is in quarantine, and then it is filed."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from crypto import gnupg
from crypto.gnupg import Limits
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.children import in_child
from tests.faults.conftest import Inbox
from tests.faults.desk import DEAD, recover, work_a_round
from tests.faults.invariants import Day, assert_invariants
from tickets.actions.retry import try_again
from tickets.mail.line import LEASE
from tickets.models import Incoming, Message

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
RAW = (Path(__file__).resolve().parents[1] / "mails" / "encrypted-question.eml").read_bytes()
HANGS = "exec sleep 600"
DIES = "kill -9 $$"
HALF = "head -c 100 >/dev/null; kill -9 $$"
KILLS_ITS_WORKER = "kill -9 $PPID; exec sleep 1"
Shim = Callable[[str], None]


@pytest.fixture
def gpg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shim:
    """Put another gpg before the real one, that does this when it is to decrypt; empty takes it away."""
    real, folder = os.environ["PATH"], tmp_path / "bin"
    folder.mkdir()

    def put(does: str) -> None:
        script = f'#!/bin/sh\ncase " $* " in *" -d "*|*" --decrypt "*) {does or ":"};; esac\nPATH={real} exec gpg "$@"\n'
        (folder / "gpg").write_text(script)
        (folder / "gpg").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{real}" if does else real)

    return put


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, keyring: SecretKeyring) -> None:
    """A second is enough for what takes milliseconds."""
    short = functools.partial(Limits, seconds=1.0)
    monkeypatch.setattr(gnupg, "Limits", short)
    monkeypatch.setattr("crypto.openpgp.STEP", short(output=0))


def state() -> tuple[str, str]:
    row = Incoming.objects.get()
    return row.state, row.reason


@pytest.mark.parametrize("does", [HANGS, DIES, HALF])
def test_a_gpg_that_hangs_or_dies_costs_no_mail(
    inbox: Inbox, gpg: Shim, clock: time_machine.Traveller, alice: User, does: str
) -> None:
    day = Day([RAW], inbox.mails)
    inbox.post(RAW)
    gpg(does)
    work_a_round()
    assert state()[0] in {Incoming.State.NEW, Incoming.State.QUARANTINED}
    assert state()[1] in {"gpg_timeout", "gpg_failed"}, "the sender is not to blame"
    assert_invariants(day, is_over=False)
    gpg("")
    try_again(Incoming.objects.get(), by=alice, now=Incoming.objects.get().received)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
    assert Message.objects.get().encryption == "ok"


def test_a_worker_that_is_killed_while_gpg_decrypts_costs_no_mail(
    inbox: Inbox, gpg: Shim, clock: time_machine.Traveller
) -> None:
    day = Day([RAW], inbox.mails)
    inbox.post(RAW)
    gpg(KILLS_ITS_WORKER)
    assert in_child(work_a_round) == DEAD
    assert_invariants(day, is_over=False)
    gpg("")
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
    assert state()[0] == Incoming.State.FILED


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_an_agent_that_hangs_or_is_killed_is_replaced(
    inbox: Inbox, keyring: SecretKeyring, clock: time_machine.Traveller, number: signal.Signals
) -> None:
    day = Day([RAW], inbox.mails)
    inbox.post(RAW)
    gnupg.start_agent(keyring.home)
    for agent in _agents(keyring.home):
        os.kill(agent, number)
    work_a_round()
    assert_invariants(day, is_over=False)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
    assert Message.objects.get().encryption == "ok"


def test_a_gpg_whose_clock_is_wrong_still_opens_mail_and_blames_no_sender(inbox: Inbox, gpg: Shim) -> None:
    """gpg with an early clock decrypts, but doubts every key (measured)."""
    day = Day([RAW], inbox.mails)
    inbox.post(RAW)
    gpg('PATH=${PATH#*:} exec gpg --faked-system-time 20200101T000000 "$@"')
    work_a_round()
    recover()
    assert_invariants(day)
    assert Message.objects.get().signature != "invalid"


def _agents(home: Path) -> list[int]:
    found = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_agent(entry, home)
    ]
    assert found
    return found


def _is_agent(entry: Path, home: Path) -> bool:
    try:
        command = (entry / "cmdline").read_bytes()
    except OSError:
        return False
    return command.startswith(b"gpg-agent\0") and str(home).encode() in command
