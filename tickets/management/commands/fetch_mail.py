"""`manage.py fetch_mail`: empties the mailboxes once; with --watch it waits for mail (IMAP IDLE) and goes on."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tickets.mail.fetch import UNREACHABLE, fetch_all, wait_for_mail
from tickets.mail.letter import TryLater

PAUSE = 30


class Command(BaseCommand):
    """The schedule polls anyway; watching makes the first look a matter of seconds."""

    help = "Empty the mailboxes of MAIL_IN."

    def add_arguments(self, parser: CommandParser) -> None:
        """--watch."""
        parser.add_argument("--watch", action="store_true", help="wait for new mail and go on")

    def handle(self, *args: object, **options: object) -> None:
        """Once, or until stopped."""
        self.fetch()
        watched = next((url for url in settings.MAIL_IN if urlsplit(url).scheme == "imaps"), None)
        while options["watch"]:
            try:
                if watched is None:
                    time.sleep(settings.MAIL_POLL_SECONDS)
                else:
                    wait_for_mail(watched)
            except UNREACHABLE:
                time.sleep(PAUSE)
            self.fetch()

    def fetch(self) -> None:
        """Once; what cannot be reached is left for the next time."""
        try:
            self.stdout.write(f"{fetch_all()} mails kept")
        except TryLater as stop:
            self.stderr.write(f"not everything could be fetched: {stop.reason}")
