"""Shows what the mail line makes of mails, one JSON object per file and line; files nothing, needs no database."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crypto.keyfolder import open_key_folder
from crypto.openpgp import SecretKeyring
from tickets.mail.inspection import Desk, inspect, unreadable


class Command(BaseCommand):
    """`inspect_mail FILE… [--keys DIR]`, with the desk's own keyring when no folder is given."""

    help = "Show what the mail line makes of each file, as one JSON object per line. Nothing is filed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--keys", type=Path, metavar="DIR", help="a folder of keys and *.passphrase files"
        )

    def handle(self, *, files: list[str], keys: Path | None, **_options: object) -> None:
        missing = False
        with _desk(keys) as desk:
            for name in files:
                missing = missing or not Path(name).is_file()
                self.stdout.write(json.dumps(_inspected(name, desk), ensure_ascii=False))
                self.stdout.flush()
        if missing:
            raise CommandError("not every file is there: see `error`")


@contextlib.contextmanager
def _desk(keys: Path | None) -> Iterator[Desk]:
    domains = frozenset(domain.lower() for domain in settings.MAIL_DOMAINS)
    if keys is None:
        # Keys of correspondents are in the database, which this does without.
        yield Desk(SecretKeyring(settings.GNUPG_HOME), lambda _sender: (), domains, settings.TICKET_LANGUAGES)
        return
    with open_key_folder(keys) as (keyring, certificates):
        yield Desk(keyring, lambda _sender: certificates, domains, settings.TICKET_LANGUAGES)


def _inspected(name: str, desk: Desk) -> dict[str, object]:
    """One mail that breaks something must not keep the others from being shown."""
    try:
        return {"file": name, **inspect(Path(name).read_bytes(), desk, now=datetime.now(UTC))}
    except Exception as error:  # noqa: BLE001 - the contract of the command: an error is a value of its object
        return {"file": name, **unreadable(error)}
