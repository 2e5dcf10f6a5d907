"""gpg is started with limits, and nothing of it is left when it breaks them."""

from __future__ import annotations

import os
import signal
import stat
import threading
import time
from pathlib import Path

import pytest

from crypto.errors import GnupgError, GnupgTimeout, RefusedError
from crypto.gnupg import (
    Limits,
    Piped,
    import_secret_key,
    list_secret_keys,
    make_desk_key,
    run,
    start_agent,
    stop_agent,
)
from crypto.openpgp import SecretKeyring
from crypto.pipes import limit_process
from tests.keyrings import BOB, DESK, KEYS, certificate, secret_home


def agents(home: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (entry / "cmdline").exists():
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if command[0] == b"gpg-agent" and str(home).encode() in command:
                found.append(int(entry.name))
    return found


@pytest.fixture
def shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in gpg's place."""
    program = tmp_path / "gpg"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    program.touch()
    program.chmod(stat.S_IRWXU)
    return program


def test_big_input_and_output_do_not_block_each_other(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    big = os.urandom(3_000_000)
    armored = run(["--enarmor"], home=tmp_path, stdin=big)
    assert run(["--dearmor"], home=tmp_path, stdin=armored.stdout).stdout == big


def test_output_over_the_limit_is_refused_and_gpg_is_ended(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        run(["--enarmor"], home=tmp_path, stdin=bytes(100_000), limits=Limits(output=1_000))


def test_output_can_be_thrown_away(tmp_path: Path) -> None:
    assert run(["--enarmor"], home=tmp_path, stdin=b"x", limits=Limits(output=0)).stdout == b""


def test_a_run_over_its_time_is_ended_with_its_whole_group(shim: Path, tmp_path: Path) -> None:
    shim.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n")
    before = time.monotonic()
    with pytest.raises(GnupgTimeout):
        run(["--version"], home=tmp_path, limits=Limits(seconds=0.3))
    assert time.monotonic() - before < 3
    _wait_for_end(Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/status"))


def _wait_for_end(status: Path) -> None:
    """The kernel takes its time to end what was killed."""
    deadline = time.monotonic() + 5
    while status.exists() and "State:\tZ" not in status.read_text():
        assert time.monotonic() < deadline


def test_a_run_that_closes_its_pipes_and_stays_is_ended(shim: Path, tmp_path: Path) -> None:
    shim.write_text(
        '#!/bin/bash\nfor n in /proc/$$/fd/*; do n=${n##*/}; [ $n -ne 255 ] && eval "exec $n>&-"; done\nsleep 60\n'
    )
    with pytest.raises(GnupgTimeout, match="did not end"):
        run(["--version"], home=tmp_path, limits=Limits(seconds=0.5))


def test_what_gpg_prints_on_stderr_is_seen_nowhere(
    shim: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shim.write_text("#!/bin/sh\necho '[GNUPG:] NEWSIG' >&2\necho out\n")
    done = run(["--version"], home=tmp_path)
    assert (done.stdout, done.status) == (b"out\n", ())
    assert capfd.readouterr().err == ""


def test_a_gpg_that_dies_without_a_word_says_nothing_of_the_message(shim: Path, tmp_path: Path) -> None:
    shim.write_text("#!/bin/sh\nexit 2\n")
    with pytest.raises(GnupgError, match="without a word"):
        run(["--version"], home=tmp_path)


def test_limits_are_set_on_gpg_and_not_on_us(shim: Path, tmp_path: Path) -> None:
    shim.write_text("#!/bin/sh\nsleep 0.1\ncat /proc/self/limits\n")
    said = run([], home=tmp_path, limits=Limits(memory=123 << 20, processor=7, file=1 << 20)).stdout.decode()
    assert [line.split()[-3] for line in said.splitlines() if line.startswith("Max cpu time")] == ["7"]
    assert f"{123 << 20}" in said
    assert f"{123 << 20}" not in Path("/proc/self/limits").read_text()


def test_no_key_or_passphrase_is_an_argument(shim: Path, tmp_path: Path) -> None:
    shim.write_text('#!/bin/sh\necho "$@"; for last; do :; done; cat /dev/fd/$last\n')
    done = run(["--passphrase-fd", Piped(b"geheim")], home=tmp_path)
    arguments, content = done.stdout.rsplit(b"\n", 1)
    assert b"geheim" not in arguments
    assert content == b"geheim"
    assert "geheim" not in repr(Piped(b"geheim"))


def test_a_missing_gpg_is_ours_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GnupgError):
        run(["--version"], home=tmp_path)
    with pytest.raises(GnupgError):
        start_agent(tmp_path / "other")


def test_limits_of_a_process_that_has_ended_do_not_matter(tmp_path: Path) -> None:
    limit_process(2**22 + 1, memory=1, processor=1, file=1)


def test_an_agent_is_started_once_and_stopped() -> None:
    with secret_home() as home:
        start_agent(home)
        first = agents(home)
        start_agent(home)
        assert agents(home) == first
        assert len(first) == 1
        stop_agent(home)
        assert agents(home) == []


def test_a_hung_agent_is_ended_and_the_work_done_with_a_new_one(
    desk_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ciphertext = desk_keys.encrypt(b"text", recipients=[certificate("desk")])
    monkeypatch.setattr("crypto.openpgp.STEP", Limits(seconds=1.0, output=0))
    start_agent(desk_keys.home)
    hung = agents(desk_keys.home)
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    assert desk_keys.decrypt(ciphertext).plaintext == b"text"
    assert not set(hung) & set(agents(desk_keys.home))


def test_secret_keys_are_imported_and_listed() -> None:
    with secret_home() as home:
        assert import_secret_key(home, (KEYS / "bob.secret.asc").read_bytes()) == (BOB,)
        assert import_secret_key(home, b"not a key") == ()
        assert list_secret_keys(home) == (BOB,)


@pytest.mark.parametrize("passphrase", ["", "geheim"])
def test_the_key_of_a_desk_is_asked_for_as_it_should_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, passphrase: str
) -> None:
    asked: list[str] = []

    def remember(self: object, recipe: str) -> str:
        asked.append(recipe)
        return DESK

    monkeypatch.setattr("gnupg.GPG.gen_key", remember)
    assert make_desk_key(tmp_path, name="Desk", address="desk@desk.example", passphrase=passphrase) == DESK
    assert "Key-Curve: ed25519" in asked[0]
    assert "Subkey-Curve: cv25519" in asked[0]
    assert ("%no-protection" in asked[0]) is (not passphrase)


def test_a_key_that_was_not_made_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("gnupg.GPG.gen_key", lambda self, recipe: "")
    with pytest.raises(GnupgError):
        make_desk_key(tmp_path, name="Desk", address="desk@desk.example")


def test_threads_can_run_gpg_at_the_same_time(tmp_path: Path) -> None:
    results: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(run(["--enarmor"], home=tmp_path, stdin=b"x" * 10).stdout)
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
