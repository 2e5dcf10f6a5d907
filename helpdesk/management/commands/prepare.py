"""`manage.py prepare`: everything that must be there before the web server and the worker start."""

from __future__ import annotations

import socket
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crypto.gnupg import list_secret_keys
from crypto.models import DeskKey, SealKey
from crypto.vault import epoch_keys
from helpdesk.demo.desk import AGENTS, set_up
from tickets.actions.look_now import look_now
from tickets.models import Queue
from tickets.own_keys.care import note_own_keys


class Command(BaseCommand):
    """May run any number of times: it makes only what is missing."""

    help = "Makes tables, directories and the first epoch key where they are missing; in a demo its data too."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the web server is going to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: object) -> None:
        """Prepare, then say where the desk is."""
        _refuse_taken_port(host, port)
        _make_directories()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        _make_first_epoch_key()
        if settings.DEMO:
            set_up(now=timezone.now())
        note_own_keys(timezone.now())
        look_now()
        self.stdout.write("\n".join(_greeting(host, port)))


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another one: make run PORT={port + 1}"
            ) from None


def _make_directories() -> None:
    private = [settings.DATA_DIR, settings.BLOBS_DIR, settings.KEYS_DIR, settings.GNUPG_HOME]
    if not settings.REDIS_URL:
        private += [settings.BROKER_DIR / "messages", settings.BROKER_DIR / "control"]
    for path in private:
        Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


def _make_first_epoch_key() -> None:
    """Only for a desk without content: where there is some, its key is somewhere else and has to come back."""
    if epoch_keys().names():
        return
    if SealKey.objects.exists():
        raise CommandError(
            "KEYS_DIR holds no epoch key, but the database holds content sealed under one. Mount or restore KEYS_DIR."
        )
    epoch_keys().create(timezone.now().date())


def _greeting(host: str, port: int) -> list[str]:
    lines = ["", f"  Whisperdesk is starting on http://{host}:{port}/", ""]
    if settings.DEMO:
        lines += [f"    sign in as {name:4} with {password}" for name, _, password, _ in AGENTS]
        lines += [
            "",
            f"  A demo with invented people. Answers lie in {_short(settings.DEMO_DIR / 'outbox' / 'new')}/",
        ]
    if not list_secret_keys(settings.GNUPG_HOME):
        lines += ["  The desk has no OpenPGP key yet:  .venv/bin/python manage.py desk_key import FILE"]
    used = Queue.objects.values("fingerprint")
    for key in DeskKey.objects.filter(fingerprint__in=used).exclude(trouble=""):
        lines += [f"  The key {key.fingerprint} cannot be used ({key.trouble}):  manage.py desk_key list"]
    if not Queue.objects.exists():
        lines += ["  There is no queue yet:            .venv/bin/python manage.py add_queue --help"]
    return [*lines, "  Ctrl-C stops everything and keeps what is there.", ""]


def _short(path: Path) -> Path:
    return path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path
