"""`manage.py processes`: which lines of helpdesk/Procfile this desk needs."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """For `make run`, which starts them."""

    help = "Names the processes of the desk: 'watch' only where there is a mailbox to wait at."
    requires_system_checks: list[str] = []  # `prepare` has just run them.

    def handle(self, *arguments: object, **options: object) -> None:
        """All in one line."""
        has_imap = any(urlsplit(url).scheme == "imaps" for url in settings.MAIL_IN)
        self.stdout.write(" ".join(["web", "worker", "schedule", *(["watch"] if has_imap else [])]))
