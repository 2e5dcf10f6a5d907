"""`manage.py rotate_epoch_keys`: makes the day's epoch key, wraps all keys with it, destroys the outlived ones."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from crypto.vault import epoch_keys
from tickets.retention import rotate_epoch_keys


class Command(BaseCommand):
    """What the schedule does once a day, and what makes the first epoch key."""

    help = "Make the day's epoch key, wrap all ticket keys with it and destroy those older than any backup."

    def handle(self, *args: object, **options: object) -> None:
        """Rotate and say what is there now."""
        rotate_epoch_keys(timezone.now())
        self.stdout.write(f"{len(epoch_keys().names())} epoch keys; newest: {epoch_keys().newest()}")
