"""`manage.py purge`: forgets what has been kept for long enough, now."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from tickets.retention import purge


class Command(BaseCommand):
    """What the schedule does every hour."""

    help = "Forget closed tickets and set-aside mail that have been kept for long enough."

    def handle(self, *args: object, **options: object) -> None:
        """Purge and say how many went."""
        self.stdout.write(f"{purge(timezone.now())} tickets forgotten")
