"""`manage.py add_queue`: a queue, its language, its address and the desk's key that signs its answers."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crypto.gnupg import list_secret_keys
from tickets.models import Queue


class Command(BaseCommand):
    """Several queues may share one address: then the language of a mail decides."""

    help = "Adds a queue."

    def add_arguments(self, parser: CommandParser) -> None:
        """What a queue is made of."""
        parser.add_argument("slug", help="its name in addresses of pages, for example 'francais'")
        parser.add_argument("--name", required=True, help="as agents see it, for example 'Français'")
        parser.add_argument(
            "--sender", default="", help="its name as requesters see it; left out, they see the bare address"
        )
        parser.add_argument("--address", required=True, help="the mail address it answers from")
        parser.add_argument("--language", default="", help="'fr'; left out, it takes any language")
        parser.add_argument(
            "--fingerprint", default="", help="of the desk's key; left out, the only one there is"
        )
        parser.add_argument(
            "--without-key",
            choices=Queue.WithoutKey.values,
            default=Queue.WithoutKey.WAIT,
            help="an answer to somebody without a key waits, waits and asks for one, or may be sent in clear",
        )
        parser.add_argument("--acknowledges", action="store_true", help="it tells that a first mail arrived")
        parser.add_argument("--default", action="store_true", help="it takes what no other queue takes")

    def handle(
        self, *, slug: str, fingerprint: str, default: bool, acknowledges: bool, **options: str
    ) -> None:
        """Check as a form would, then save."""
        queue = Queue(
            slug=slug,
            name=options["name"],
            sender_name=options["sender"],
            address=options["address"],
            language=options["language"],
            fingerprint=_ours(fingerprint),
            is_default=default or not Queue.objects.exists(),
            without_key=options["without_key"],
            acknowledges=acknowledges,
        )
        try:
            queue.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        queue.save()
        self.stdout.write(
            f"The queue {slug} takes mail for {queue.address} and answers with {queue.fingerprint}."
        )


def _ours(wanted: str) -> str:
    """The fingerprint of one of our secret keys; answers of a queue without one could not be signed."""
    ours = list_secret_keys(settings.GNUPG_HOME)
    if not ours:
        raise CommandError("The desk has no OpenPGP key yet. First: manage.py import_key FILE")
    wanted = wanted.replace(" ", "").upper()
    if not wanted and len(ours) == 1:
        return ours[0]
    if wanted in ours:
        return wanted
    raise CommandError(f"--fingerprint must be one of the desk's own keys: {', '.join(ours)}")
