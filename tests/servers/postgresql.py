"""A PostgreSQL server on a socket, from Debian's binaries."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import serving

FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@contextlib.contextmanager
def postgresql(directory: Path, *, durable: bool) -> Iterator[dict[str, str]]:
    """Without `durable` it forgets everything when the machine loses power, and is several times faster."""
    make_postgresql(directory)
    with run_postgresql(directory, durable=durable) as found:
        yield found


def make_postgresql(directory: Path) -> None:
    """The directory of a server that was never started."""
    directory.mkdir()
    if _user():
        shutil.chown(directory, _user())
    _initialise(_binaries() / "initdb", directory, _user())


@contextlib.contextmanager
def run_postgresql(directory: Path, *, durable: bool) -> Iterator[dict[str, str]]:
    """Start it, for the first time or again."""
    command: list[str | Path] = [
        _binaries() / "postgres",
        "-D",
        directory / "data",
        "-k",
        directory,
        "-c",
        "listen_addresses=",
    ]
    socket = directory / ".s.PGSQL.5432"
    with serving(
        [*command, *(() if durable else FAST)],
        log=directory.with_suffix(".log"),
        is_ready=lambda: socket.exists() and _accepts(_binaries() / "pg_isready", directory),
        user=_user(),
        stop=signal.SIGINT,
    ):
        yield {"DATABASE_URL": f"postgres://desk@/postgres?host={directory}"}


def _binaries() -> Path:
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def _user() -> str:
    """Root must not run it."""
    return "postgres" if os.geteuid() == 0 else ""


def _initialise(initdb: Path, directory: Path, user: str) -> None:
    become: list[str | Path] = (
        ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    )
    options = ["--auth=trust", "--username=desk", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [*become, initdb, "-D", directory / "data", *options], check=True, stdout=subprocess.DEVNULL
    )


def _accepts(pg_isready: Path, directory: Path) -> bool:
    asked = subprocess.run([pg_isready, "-q", "-h", directory], check=False)
    return asked.returncode == 0
