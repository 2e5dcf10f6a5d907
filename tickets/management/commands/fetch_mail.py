"""`manage.py fetch_mail`: empties the mailboxes once; with --watch it waits for mail (IMAP IDLE) and goes on."""

from __future__ import annotations

import threading
import time
from typing import NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import DatabaseError, close_old_connections

from tickets.mail.fetch import UNREACHABLE, fetch_all, wait_for_mail
from tickets.mail.letter import TryLater

PAUSE = 30.0
SETTLE = 0.5
"""Before every wait, however fast a server says that something happened."""


class Command(BaseCommand):
    """The schedule polls anyway; watching makes the first look a matter of seconds."""

    help = "Empty the mailboxes of MAIL_IN."

    def add_arguments(self, parser: CommandParser) -> None:
        """--watch."""
        parser.add_argument(
            "--watch", action="store_true", help="wait for new mail at every imaps:// mailbox, and go on"
        )

    def handle(self, *, watch: bool, **options: object) -> None:
        """Once, or until stopped."""
        watched = [url for url in settings.MAIL_IN if urlsplit(url).scheme == "imaps"]
        if watch and not watched:
            raise CommandError("No MAIL_IN begins with imaps://, so there is nothing to wait for.")
        if watch:
            _watch(watched, self.stderr)
        try:
            self.stdout.write(f"{fetch_all()} mails kept")
        except TryLater as stop:
            self.stderr.write(f"not everything could be fetched: {stop.reason}")


def _watch(urls: list[str], trouble: OutputWrapper) -> NoReturn:
    """One thread waits at each mailbox; this one fetches, so that no two of ours take the same mail."""
    news = threading.Event()
    for url in urls:
        threading.Thread(target=_tell_of_mail, args=(url, news), daemon=True).start()
    while True:
        news.wait()
        news.clear()
        close_old_connections()
        try:
            fetch_all()
        except (TryLater, DatabaseError, OSError) as error:  # The schedule comes back to it, and so do we.
            trouble.write(f"not everything could be fetched: {type(error).__name__}")


def _tell_of_mail(url: str, news: threading.Event) -> None:
    """Wait at one mailbox for ever: whenever a wait has begun, what came before it is to be fetched."""
    while True:
        try:
            wait_for_mail(url, news.set)
            time.sleep(SETTLE)
        except (*UNREACHABLE, TryLater):
            time.sleep(PAUSE)
            news.set()
