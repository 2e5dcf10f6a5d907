"""`manage.py import_key FILE`: bring the desk's secret OpenPGP key into its keyring."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crypto.gnupg import import_secret_key, list_secret_keys
from tickets.own_keys.care import note_own_keys


class Command(BaseCommand):
    """The key must have no passphrase: nobody is there to type it. What protects it is the disk and the 0700 home."""

    help = "Imports a secret key, as `gpg --export-secret-keys` writes it, into GNUPG_HOME."

    def add_arguments(self, parser: CommandParser) -> None:
        """The key's file."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: object) -> None:
        """Import and say which fingerprint to give to add_queue."""
        try:
            key = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from None
        home = Path(settings.GNUPG_HOME)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        arrived = set(import_secret_key(home, key)) & set(list_secret_keys(home))
        if not arrived:
            raise CommandError("There is no secret OpenPGP key in this file.")
        note_own_keys(timezone.now())
        for fingerprint in sorted(arrived):
            self.stdout.write(fingerprint)
