"""`manage.py add_queue`: a queue, its language, its address and the desk's key that signs its answers."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crypto.own_keys.making import OwnKey, list_own_keys
from helpdesk.management.key_words import missing_name, names_of
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
        key = _ours(fingerprint)
        queue = Queue(
            slug=slug,
            name=options["name"],
            sender_name=options["sender"],
            address=options["address"],
            language=options["language"],
            fingerprint=key.fingerprint,
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
        self.stdout.writelines(missing_name(key, queue.address))


def _ours(wanted: str) -> OwnKey:
    """One of our secret keys; answers of a queue without one could not be signed."""
    home = Path(settings.GNUPG_HOME)
    ours = {
        key.fingerprint: key for key in (list_own_keys(home, now=timezone.now()) if home.is_dir() else ())
    }
    if not ours:
        raise CommandError("The desk has no OpenPGP key yet. First: manage.py desk_key import FILE")
    wanted = wanted.replace(" ", "").removeprefix("0x").upper()
    if not wanted and len(ours) == 1:
        return next(iter(ours.values()))
    if wanted in ours:
        return ours[wanted]
    names = "".join(f"\n  {key.fingerprint} {names_of(key.addresses)}" for key in ours.values())
    raise CommandError(f"--fingerprint must be one of the desk's own keys:{names}")
