"""`manage.py set_queue_key QUEUE FINGERPRINT`: the desk's key with which the answers from a queue are signed."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crypto.own_keys.making import list_own_keys
from helpdesk.management.key_words import missing_name
from tickets.models import Queue
from tickets.own_keys.care import note_own_keys


class Command(BaseCommand):
    """Each queue may have its own; mail to the keys of before is opened as long as they are in the keyring."""

    help = "Gives a queue another one of the desk's own keys."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which queue, which key."""
        parser.add_argument("queue", help="its slug, for example 'francais'")
        parser.add_argument("fingerprint", help="the whole one, of a key that 'desk_key list' names")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *, queue: str, fingerprint: str, dry_run: bool, **options: object) -> None:
        """Only a key with which the desk can sign."""
        found = Queue.objects.filter(slug=queue).first()
        if found is None:
            raise CommandError(f"There is no queue {queue}.")
        wanted = fingerprint.replace(" ", "").removeprefix("0x").upper()
        home = Path(settings.GNUPG_HOME)
        ours = {key.fingerprint: key for key in list_own_keys(home, now=timezone.now())}
        if wanted not in ours:
            raise CommandError(f"This is none of the desk's own keys: {', '.join(ours) or 'there are none'}.")
        self.stdout.write(f"{queue}: {found.fingerprint} → {wanted}")
        self.stdout.writelines(missing_name(ours[wanted], found.address))
        if dry_run:
            self.stdout.write("Nothing was changed.")
            return
        Queue.objects.filter(pk=found.pk).update(fingerprint=wanted)
        note_own_keys(timezone.now())
