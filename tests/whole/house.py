"""A desk as an admin runs it: PostgreSQL, Redis, IMAPS, SMTP with STARTTLS, web and worker as processes of their own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from crypto.gnupg import stop_agent
from tests.servers.process import answers, free_port, serving

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long password for tests"
DESK_KEY = ROOT / "tests" / "keys" / "desk.secret.asc"


@dataclass(frozen=True)
class House:
    """Where it is, and what it was told."""

    address: str
    mailbox: str
    data: Path
    log: Path
    environment: dict[str, str]

    def manage(self, *arguments: str, words: str = "") -> str:
        """Run a command of manage.py as the admin would; its output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=words, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running_house() -> Iterator[House]:
    """Set a desk up by the commands of the README, start it, and stop it with everything that it started."""
    with tempfile.TemporaryDirectory(prefix="wdh", dir="/tmp") as folder, _database() as database:
        house = _told(Path(folder), database)
        house.manage("prepare", "--port", str(free_port()))
        house.manage("import_key", str(DESK_KEY))
        for slug, name, language in (("english", "English", "en"), ("francais", "Français", "fr")):
            house.manage(
                "add_queue", slug, "--name", name, "--language", language, "--address", "help@desk.example"
            )
        agent = ["add_agent", "alice", "--name", "Alice", "--queues", "english", "francais"]
        house.manage(*agent, words=f"{PASSWORD}\n")
        with _processes(house):
            yield house
        stop_agent(house.data / "gnupg")


def _told(folder: Path, database: str) -> House:
    parts = urlsplit(os.environ["WD_TEST_IMAPS"])
    mailbox = f"imaps://{secrets.token_hex(8)}:{parts.password}@localhost:{parts.port}/INBOX"
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "DEMO": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "DATA_DIR": str(folder / "data"),
        "KEYS_DIR": str(folder / "keys"),
        "DATABASE_URL": database,
        "REDIS_URL": os.environ["REDIS_URL"],
        "MAIL_IN": mailbox,
        "MAIL_OUT": os.environ["WD_TEST_SMTP"],
        "MAIL_CA_FILE": os.environ["WD_TEST_CA"],
        "MAIL_POLL_SECONDS": "600",  # What comes in time was waited for.
        "LISTEN": f"127.0.0.1:{port}",
    }
    return House(f"http://127.0.0.1:{port}", mailbox, folder / "data", folder / "log", environment)


@contextmanager
def _database() -> Iterator[str]:
    """An empty database of its own on the throw-away PostgreSQL."""
    url = os.environ["DATABASE_URL"]
    name = f"whole_{secrets.token_hex(4)}"
    _execute(url, f'CREATE DATABASE "{name}"')
    try:
        yield url.replace("/postgres?", f"/{name}?")
    finally:
        _execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@contextmanager
def _processes(house: House) -> Iterator[None]:
    honcho = Path(sys.executable).parent / "honcho"
    command: list[str | Path] = [
        honcho,
        "-e",
        "/dev/null",
        "-f",
        "helpdesk/Procfile",
        "-d",
        str(ROOT),
        "start",
    ]
    is_ready = answers(int(house.address.rpartition(":")[2]))
    with serving(
        command, log=house.log, is_ready=is_ready, stop=signal.SIGINT, environment=house.environment
    ):
        yield
