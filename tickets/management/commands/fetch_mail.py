"""`manage.py fetch_mail`: empties the mailboxes once; with --watch it waits for mail (IMAP IDLE) and goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import DatabaseError, close_old_connections

from tickets.mail.fetch.imap import wait_for_mail
from tickets.mail.fetch.mailboxes import fetch_all, watched_sources
from tickets.mail.fetch.source import Source
from tickets.mail.letter import TryLater
from tickets.models import Mailbox

PAUSE = 30.0
DOUBLED_AT_MOST = 4
"""Times that the pause is doubled, while a server cannot be reached."""
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
        """Once, and those that pause too, because somebody asks for it; or until stopped."""
        sources = watched_sources()
        if watch and not sources:
            raise CommandError("No MAIL_IN begins with imaps://, so there is nothing to wait for.")
        if watch:
            _watch(sources, self.stderr)
        try:
            self.stdout.write(f"{fetch_all(even_paused=True)} mails kept")
        except TryLater:
            raise CommandError("\n".join(["Not everything could be fetched.", *_troubles()])) from None


def _troubles() -> Iterator[str]:
    """Each mailbox that has some, by the number that the mail room and the log give it."""
    rows = {row.number: row for row in Mailbox.objects.order_by("-number")}
    for number in range(1, len(settings.MAIL_IN) + 1):
        if number not in rows:
            yield f"mailbox {number}: mailbox_url"
    for row in Mailbox.objects.exclude(trouble=""):
        yield f"mailbox {row.number}, {row.place}: {row.trouble}"


def _watch(sources: list[Source], trouble: OutputWrapper) -> NoReturn:
    """One thread waits at each mailbox; this one fetches, so that no two of ours take the same mail."""
    news = threading.Event()
    for source in sources:
        threading.Thread(target=_tell_of_mail, args=(source, news), daemon=True).start()
    while True:
        news.wait()
        news.clear()
        close_old_connections()
        try:
            fetch_all()
        except (TryLater, DatabaseError, OSError) as error:  # The schedule comes back to it, and so do we.
            trouble.write(f"not everything could be fetched: {type(error).__name__}")


def _tell_of_mail(source: Source, news: threading.Event) -> None:
    """Wait at one mailbox for ever: whenever a wait has begun, what came before it is to be fetched.

    A server without IDLE is looked at as often as the schedule does.
    """
    failures = 0
    while True:
        try:
            has_idle = wait_for_mail(source, news.set) is not None
        except TryLater:
            time.sleep(PAUSE * 2 ** min(failures, DOUBLED_AT_MOST))
            failures += 1
            news.set()
        else:
            failures = 0
            time.sleep(SETTLE if has_idle else settings.MAIL_POLL_SECONDS)
