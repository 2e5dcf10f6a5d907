"""How `manage.py desk_key` says what a key is like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from crypto.models import RetiredSubkey
from crypto.own_keys.making import OwnKey, OwnSubkey
from crypto.own_keys.trial import own_trouble
from tickets.models import Queue
from tickets.own_keys.words import advice_on

UNCHANGED = "Nothing was changed."


def day(when: datetime | None) -> str:
    """A date, or that there is none."""
    return when.date().isoformat() if when else "without end"


def names_of(addresses: Iterable[str]) -> str:
    """The addresses of a key in a line."""
    return " ".join(f"<{each}>" for each in sorted(addresses))


def lines_of(home: Path, key: OwnKey, now: datetime) -> Iterator[str]:
    """All that is to be known of one key, its subkeys below it."""
    yield f"{key.fingerprint} {names_of(key.addresses)}".strip()
    trouble, end = own_trouble(home, key, now=now), key.end(now) or key.expires
    yield f"  {advice_on(trouble) if trouble else 'can be used'}; {f'until {day(end)}' if end else 'has no end'}"
    if not key.has_secret:
        yield "  its primary secret key is elsewhere: it cannot be changed here"
    queues = list(Queue.objects.filter(fingerprint=key.fingerprint).order_by("slug"))
    yield f"  queues: {', '.join(queue.slug for queue in queues) or 'none'}"
    for address in dict.fromkeys(queue.address for queue in queues):
        yield from (f"  {each}" for each in missing_name(key, address))
    retired = RetiredSubkey.objects.in_bulk(
        [each.fingerprint for each in key.subkeys], field_name="fingerprint"
    )
    for subkey in key.subkeys:
        yield f"  {subkey.fingerprint} {_state(subkey, retired.get(subkey.fingerprint))}"


def missing_name(key: OwnKey, address: str) -> list[str]:
    """A warning where a key does not name the address that it is to be used for; else nothing."""
    if address.casefold() in {each.casefold() for each in key.addresses}:
        return []
    warning = (
        f"The key has no user id for {address}: people's mail programs will not find or accept it for that address."
        f" 'desk_key make --address {address}' makes one that has."
    )
    return [warning]


def _state(subkey: OwnSubkey, retired: RetiredSubkey | None) -> str:
    what = "encrypts" if subkey.encrypts else "signs"
    if retired and retired.destroyed:
        return f"destroyed on {day(retired.destroyed)}"
    if retired:
        return f"old; opens mail until it is destroyed, after {day(retired.destroy_after)}"
    if subkey.is_revoked:
        return "revoked"
    here = "" if subkey.has_secret else "; its secret part is not here"
    return f"{what}; {f'until {day(subkey.expires)}' if subkey.expires else 'has no end'}{here}"
