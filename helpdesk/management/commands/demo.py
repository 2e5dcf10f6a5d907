"""`manage.py demo`: make the demo's desk and mails, or with --reset throw them away."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from helpdesk.demo.desk import set_up
from helpdesk.demo.reset import reset


class Command(BaseCommand):
    """Only where DEMO is true."""

    help = "Makes the demo's agents, queues, keys and reports where they are missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--reset", action="store_true", help="remove all of the demo's data instead")

    def handle(self, *, reset: bool, **options: object) -> None:
        """Refuse on a real desk."""
        if not settings.DEMO:
            raise CommandError("This is no demo: DEMO is false, or there is a .env. Nothing was changed.")
        if reset:
            _reset(self)
        else:
            set_up(now=timezone.now())


def _reset(command: Command) -> None:
    reset()
    command.stdout.write("The demo's data is gone. `make run` makes it anew.")
