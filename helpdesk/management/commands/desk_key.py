"""`manage.py desk_key …`: the desk's own OpenPGP keys: listed, made, imported, extended, replaced, published."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from crypto.errors import CryptoError
from crypto.gnupg import make_desk_key
from crypto.models import RetiredSubkey
from crypto.own_keys.making import OwnKey, OwnSubkey, list_own_keys
from crypto.own_keys.rekeying import extend_key
from crypto.own_keys.rows import destroy_retired, due_subkeys, forget_own_key, plan_rotation, rotate_key
from helpdesk.management.bringing import bring_in
from helpdesk.management.key_words import UNCHANGED, day, lines_of, names_of
from helpdesk.management.wkd_folder import addresses_of, write_folder
from tickets.models import Queue
from tickets.own_keys.care import note_own_keys
from tickets.own_keys.published import published_keys

LIFE = 730


class Command(BaseCommand):
    """What changes anything has --dry-run, which says what would be done and does nothing."""

    help = "Looks after the desk's own OpenPGP keys in GNUPG_HOME."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command for each thing that can be done."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="which keys there are, until when, and what is wrong with them")
        make = _changing(actions.add_parser("make", help="make a key (ed25519 and cv25519)"))
        make.add_argument("--name", required=True)
        make.add_argument("--address", required=True, help="the mail address that it is for")
        bring = _changing(actions.add_parser("import", help="bring in a secret key without passphrase"))
        bring.add_argument("file", type=Path)
        extend = _changing(actions.add_parser("extend", help="give a key more time"))
        rotate = _changing(actions.add_parser("rotate", help="give a key a new encryption subkey"))
        for each in (extend, rotate):
            each.add_argument("fingerprint", nargs="?", default="", help="left out, the only key there is")
        for each in (make, extend, rotate):
            each.add_argument("--days", type=_days, default=LIFE, help=f"how long from now; {LIFE}")
        destroy = _changing(actions.add_parser("destroy", help="destroy old encryption subkeys for good"))
        which = destroy.add_mutually_exclusive_group(required=True)
        which.add_argument("--due", action="store_true", help="those whose time is over")
        which.add_argument("--subkey", default="", help="the fingerprint of a retired one, before its time")
        remove = _changing(actions.add_parser("remove", help="remove a key that no queue uses, for good"))
        remove.add_argument("fingerprint", help="the whole one")
        publish = _changing(actions.add_parser("publish", help="say where keys are published"))
        publish.add_argument("folder", nargs="?", type=Path, help="write them for another web server, too")

    def handle(self, *, action: str, **options: object) -> None:
        """Do it, write down how the keys are then, and say what was done."""
        actions: dict[str, Callable[..., list[str]]] = {
            "list": _list,
            "make": _make,
            "import": _import,
            "extend": _extend,
            "rotate": _rotate,
            "destroy": _destroy,
            "remove": _remove,
            "publish": _publish,
        }
        now = timezone.now()
        try:
            said = actions[action](now=now, **options)
            if not options.get("dry_run"):
                note_own_keys(now)
        except CryptoError as error:
            raise CommandError(f"{str(error).capitalize()}.") from None
        self.stdout.write("\n".join(said))


def _changing(parser: CommandParser) -> CommandParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    return parser


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 7_300:
        raise ArgumentTypeError("between 1 and 7300 days")
    return int(text)


def _home() -> Path:
    return Path(settings.GNUPG_HOME)


def _list(*, now: datetime, **options: object) -> list[str]:
    keys = list_own_keys(_home(), now=now) if _home().is_dir() else ()
    return [line for key in keys for line in lines_of(_home(), key, now)] or ["The desk has no key."]


def _make(
    *, name: str, address: str, days: int, dry_run: bool, now: datetime, **options: object
) -> list[str]:
    try:
        validate_email(address)
    except ValidationError:
        raise CommandError(f"{address} is no mail address. Nothing was made.") from None
    until = now + timedelta(days=days)
    said = [f"A key for {name} <{address}>, until {day(until)}."]
    if dry_run:
        return [*said, UNCHANGED]
    _home().mkdir(mode=0o700, parents=True, exist_ok=True)
    return [*said, make_desk_key(_home(), name=name, address=address, expires=f"{days}d")]


def _import(*, file: Path, dry_run: bool, now: datetime, **options: object) -> list[str]:
    said = [
        f"{key.fingerprint} {names_of(key.addresses)}".strip()
        for key in bring_in(file, now=now, only_say=dry_run)
    ]
    return [*said, UNCHANGED] if dry_run else said


def _extend(*, fingerprint: str, days: int, dry_run: bool, now: datetime, **options: object) -> list[str]:
    key, until = _chosen(fingerprint, now), now + timedelta(days=days)
    if not key.has_secret:
        raise CommandError("The primary secret key is not here: extend the key where it is, then import it.")
    retired = set(RetiredSubkey.objects.values_list("fingerprint", flat=True))
    parts = [
        each
        for each in key.subkeys
        if each.has_secret and not each.is_revoked and each.fingerprint not in retired
    ]
    all_of_it: list[OwnKey | OwnSubkey] = [key, *parts]
    said = [f"{each.fingerprint}: {day(each.expires)} → {day(until)}" for each in all_of_it]
    if any(each.expires is not None and each.expires > until for each in all_of_it):
        raise CommandError("That would shorten its life. Give more --days.")
    if dry_run:
        return [*said, UNCHANGED]
    extend_key(_home(), key, parts, until=until, now=now)
    return [*said, "Publish it again where it is not published by this desk itself."]


def _rotate(*, fingerprint: str, days: int, dry_run: bool, now: datetime, **options: object) -> list[str]:
    until = now + timedelta(days=days)
    destroy_after = now + timedelta(days=settings.OLD_SUBKEY_DAYS)
    chosen = _chosen(fingerprint, now).fingerprint
    plan = plan_rotation(_home(), chosen, until=until, destroy_after=destroy_after, now=now)
    said = [f"{chosen}: a new encryption subkey, until {day(until)}."]
    said += [
        f"{old.fingerprint}: used no longer, opens mail until {day(destroy_after)}, is then destroyed."
        for old in plan.retiring
    ]
    if dry_run:
        return [*said, UNCHANGED]
    return [*said, f"The new one is {rotate_key(_home(), plan, now=now).fingerprint}."]


def _destroy(*, due: bool, subkey: str, dry_run: bool, now: datetime, **options: object) -> list[str]:
    retired = RetiredSubkey.objects.filter(destroyed__isnull=True)
    rows = list(due_subkeys(now) if due else retired.filter(fingerprint=_plain(subkey)))
    if not rows and not due:
        raise CommandError("This is no retired subkey: 'desk_key list' names them.")
    said = [f"{row.fingerprint}: mail to it could be read by nobody any more, for good." for row in rows]
    if dry_run or not rows:
        return [*said, UNCHANGED]
    for row in rows:
        destroy_retired(_home(), row, now=now)
    return [f"{row.fingerprint}: destroyed; it was seen to open nothing any more." for row in rows]


def _remove(*, fingerprint: str, dry_run: bool, now: datetime, **options: object) -> list[str]:
    key = _chosen(fingerprint, now)
    queues = Queue.objects.filter(fingerprint=key.fingerprint).order_by("slug").values_list("slug", flat=True)
    if queues:
        raise CommandError(
            f"It is the key of {', '.join(queues)}. First give them another: manage.py set_queue_key."
        )
    said = [f"{key.fingerprint} {names_of(key.addresses)}: mail to it can be opened no more, for good."]
    if dry_run:
        return [*said, UNCHANGED]
    forget_own_key(_home(), key.fingerprint, now=now)
    return [*said, "It is removed."]


def _publish(*, folder: Path | None, dry_run: bool, now: datetime, **options: object) -> list[str]:
    entries = list(published_keys())
    said = [line for entry in entries for line in addresses_of(entry, now)] or [
        "No queue has a public address."
    ]
    if folder is None:
        return said
    files = write_folder(folder, entries, now=now, only_say=dry_run)
    return [*said, *map(str, files), *([UNCHANGED] if dry_run else [])]


def _chosen(fingerprint: str, now: datetime) -> OwnKey:
    """One of our keys; without a name the only one there is."""
    keys = list_own_keys(_home(), now=now) if _home().is_dir() else ()
    wanted = _plain(fingerprint)
    found = [key for key in keys if wanted in {"", key.fingerprint}]
    if len(found) != 1:
        names = ", ".join(key.fingerprint for key in keys) or "none"
        raise CommandError(f"Name one of the desk's own keys by its whole fingerprint: {names}.")
    return found[0]


def _plain(fingerprint: str) -> str:
    return fingerprint.replace(" ", "").removeprefix("0x").upper()
