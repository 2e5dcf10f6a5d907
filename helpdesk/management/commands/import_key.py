"""`manage.py import_key FILE`: bring the desk's secret OpenPGP key into its keyring."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from helpdesk.management.bringing import bring_in
from tickets.own_keys.care import note_own_keys


class Command(BaseCommand):
    """The key must have no passphrase: nobody is there to type it. What protects it is the disk and the 0700 home."""

    help = "Imports a secret key, as `gpg --export-secret-keys` writes it, into GNUPG_HOME."

    def add_arguments(self, parser: CommandParser) -> None:
        """The key's file."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: object) -> None:
        """Import and say which fingerprint to give to add_queue."""
        now = timezone.now()
        arrived = bring_in(file, now=now)
        note_own_keys(now)
        for key in sorted(arrived, key=lambda each: each.fingerprint):
            self.stdout.write(key.fingerprint)
