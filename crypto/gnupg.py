"""The one door to gpg: every process of it starts here, with limits, and every answer of it is read here."""

# python-gnupg is used for what it says well: making, importing and listing the desk's own keys (below).
# It is not used for anything that a stranger sent, because (measured with 0.5.7): it says ok=True for messages that
# were tampered with; it has no timeout, so that a stopped gpg-agent stops us for ever; it reads status lines from
# the same pipe as stderr, where a message's own text can stand beside them; it writes data to stdin from a
# thread that nobody joins in time; and it keeps gpg's stderr, which prints session keys. `run` below has none of these.
from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import gnupg

from crypto.errors import GnupgError, GnupgTimeout
from crypto.pipes import end_process, has_ended, limit_process, memory_file, read_pipes
from crypto.verdict import Status, parse_status

OUTPUT_LIMIT = 41_943_040
STATUS_LIMIT = 1_000_000
NOWHERE = Path("/nonexistent")
"""The home of a run that needs none: there is nothing in it to find and nothing can be written to it."""
# Not --quiet, which would spare gpg some look-ups: it hides NO_SECKEY, and mail for others would look damaged.
_FLAGS = (
    *("--no-options", "--batch", "--no-tty", "--yes", "--no-verbose"),
    *("--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-key-locate"),
    *("--pinentry-mode", "loopback", "--trust-model", "always", "--no-auto-check-trustdb"),
    *("--display-charset", "utf-8", "--enable-special-filenames"),
    # An agent that gpg starts would inherit gpg's limits and die of them later: `start_agent` starts it, without.
    "--no-autostart",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of gpg may use. `output` is counted by us while reading, too; 0 throws the output away."""

    seconds: float = 30.0
    output: int = OUTPUT_LIMIT
    memory: int = 512 << 20
    processor: int = 30
    file: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Piped:
    """An argument of gpg that stands for bytes: it is given the number of a descriptor that holds them in memory."""

    content: bytes = field(repr=False)
    form: str = "{}"


@dataclass(frozen=True, slots=True)
class GpgRun:
    """What came back. The return code alone is no verdict (security.md T0); the status lines are."""

    returncode: int
    stdout: bytes = field(repr=False)
    status: tuple[Status, ...] = field(repr=False)


def run(
    arguments: Sequence[str | Piped], *, home: Path, stdin: bytes = b"", limits: Limits | None = None
) -> GpgRun:
    """Run gpg once, in a session of its own, and give back all it said, or nothing.

    Input is in memory files, so that big messages cannot dead-lock and no plaintext is ever in the file system.
    A run that takes too long takes the agent of that home with it: a stopped agent is the usual cause.
    """
    limits = limits or Limits()
    with contextlib.ExitStack() as stack:
        said, tell = os.pipe()
        stack.callback(os.close, said)
        with os.fdopen(tell, "wb"):
            command = ["gpg", *_FLAGS, "--homedir", str(home), "--status-fd", str(tell)]
            inputs = [memory_file(stack, each.content) for each in arguments if isinstance(each, Piped)]
            numbers = iter(inputs)
            command += [
                each if isinstance(each, str) else each.form.format(next(numbers)) for each in arguments
            ]
            source = memory_file(stack, stdin)
            process = stack.enter_context(_spawn(command, source, (tell, *inputs), keep=limits.output > 0))
        try:
            stdout, status = _collect(process, said, limits)
        except GnupgTimeout:
            stop_agent(home)
            raise
    if process.returncode != 0 and not status:
        # It died before it had looked at anything: that says nothing about a message.
        raise GnupgError("gpg ended without a word")
    return GpgRun(process.returncode, stdout, parse_status(status))


@contextlib.contextmanager
def _spawn(
    command: list[str], stdin: int, pass_fds: Sequence[int], *, keep: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """Start it without preexec_fn (so that Python can vfork), and leave nothing of its group behind."""
    stdout = subprocess.PIPE if keep else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            pass_fds=pass_fds,
            start_new_session=True,
            env=_environment(),
        )
    except OSError as error:
        raise GnupgError(f"gpg does not start: {error.strerror}") from None
    with process:
        try:
            yield process
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _collect(process: subprocess.Popen[bytes], said: int, limits: Limits) -> tuple[bytes, bytes]:
    """Read both pipes to their ends and wait for the end of gpg, within the time and the sizes allowed."""
    deadline = time.monotonic() + limits.seconds
    limit_process(process.pid, memory=limits.memory, processor=limits.processor, file=limits.file)
    most = {said: STATUS_LIMIT}
    if process.stdout is not None:
        most[process.stdout.fileno()] = limits.output
    kept = read_pipes(most, deadline=deadline)
    # Popen.wait with a time-out sleeps and looks, sleeps longer and looks: half a millisecond lost in each run.
    if not has_ended(process.pid, max(0.0, deadline - time.monotonic())):
        raise GnupgTimeout("gpg did not end")
    process.wait()
    status = kept.pop(said)
    return b"".join(kept.values()), status


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def start_agent(home: Path) -> None:
    """See to it that an agent listens in this home, with no limits inherited from a run of gpg."""
    with socket.socket(socket.AF_UNIX) as door:
        if door.connect_ex(_agent_socket(home)) == 0:
            return
    _gpgconf(home, "--launch", "gpg-agent")


def stop_agent(home: Path) -> None:
    """End the agent of this home at once. It may be hung, so it is not asked; the kernel tells us which it is."""
    wanted = f"\0--homedir\0{home}\0".encode()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if command.startswith(b"gpg-agent\0") and wanted in command:
                end_process(int(entry.name))


@functools.lru_cache(maxsize=64)
def _agent_socket(home: Path) -> str:
    return _gpgconf(home, "--list-dirs", "agent-socket").strip()


def _gpgconf(home: Path, *arguments: str) -> str:
    command = ["gpgconf", "--homedir", str(home), *arguments]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise GnupgError("gpgconf does not answer") from None
    return done.stdout.decode()


class _Desk(gnupg.GPG):  # type: ignore[misc] # python-gnupg has no types
    """python-gnupg for the desk's own keys, with the time limit that it lacks."""

    def _open_subprocess(self, args: list[str], passphrase: bool = False) -> subprocess.Popen[bytes]:  # noqa: FBT001, FBT002
        process: subprocess.Popen[bytes] = super()._open_subprocess(args, passphrase)
        timer = threading.Timer(60, process.kill)
        timer.daemon = True
        timer.start()
        return process


def _desk(home: Path) -> _Desk:
    desk = _Desk(
        gnupghome=str(home),
        options=["--no-options", "--pinentry-mode", "loopback", "--trust-model", "always"],
    )
    desk.encoding = "utf-8"
    return desk


def list_secret_keys(home: Path) -> tuple[str, ...]:
    """The primary fingerprints of the secret keys in this home."""
    return tuple(key["fingerprint"] for key in _desk(home).list_keys(secret=True))


def import_secret_key(home: Path, key: bytes, *, passphrase: str = "") -> tuple[str, ...]:
    """Bring a key of our own, secret or public, into this home; the primary fingerprints that arrived."""
    result = _desk(home).import_keys(key, passphrase=passphrase or None)
    return tuple(dict.fromkeys(each["fingerprint"] for each in result.results if each["fingerprint"]))


def make_desk_key(home: Path, *, name: str, address: str, passphrase: str = "", expires: str = "2y") -> str:
    """Make the key of a desk (ed25519 and cv25519) and say its fingerprint."""
    desk = _desk(home)
    protection = {"passphrase": passphrase} if passphrase else {"no_protection": True}
    recipe = desk.gen_key_input(
        key_type="EDDSA",
        key_curve="ed25519",
        key_usage="sign",
        subkey_type="ECDH",
        subkey_curve="cv25519",
        subkey_usage="encrypt",
        name_real=name,
        name_email=address,
        name_comment="",
        expire_date=expires,
        **protection,
    )
    fingerprint = str(desk.gen_key(recipe))
    if not fingerprint:
        raise GnupgError("gpg made no key")
    return fingerprint
