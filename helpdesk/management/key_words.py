"""How `manage.py desk_key` says what a key is like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from crypto.models import RetiredSubkey
from crypto.own_keys.making import OwnKey, OwnSubkey
from tickets.models import Queue

UNCHANGED = "Nothing was changed."
_TROUBLES = {
    "expired": "has ended: nobody can encrypt to it; 'desk_key extend' gives it more time",
    "revoked": "is revoked: make or import another one, and give it to its queues",
    "sign_only": "has no part to encrypt to; 'desk_key rotate' makes one",
    "missing": "the secret part that opens mail is not here",
}


def day(when: datetime | None) -> str:
    """A date, or that there is none."""
    return when.date().isoformat() if when else "without end"


def names_of(addresses: Iterable[str]) -> str:
    """The addresses of a key in a line."""
    return " ".join(f"<{each}>" for each in sorted(addresses))


def lines_of(key: OwnKey, now: datetime) -> Iterator[str]:
    """All that is to be known of one key, its subkeys below it."""
    yield f"{key.fingerprint} {names_of(key.addresses)}".strip()
    trouble = key.trouble(now)
    yield f"  {_TROUBLES[trouble] if trouble else 'can be used'}; until {day(key.end(now) or key.expires)}"
    if not key.has_secret:
        yield "  its primary secret key is elsewhere: it cannot be changed here"
    queues = Queue.objects.filter(fingerprint=key.fingerprint).order_by("slug").values_list("slug", flat=True)
    yield f"  queues: {', '.join(queues) or 'none'}"
    retired = RetiredSubkey.objects.in_bulk(
        [each.fingerprint for each in key.subkeys], field_name="fingerprint"
    )
    for subkey in key.subkeys:
        yield f"  {subkey.fingerprint} {_state(subkey, retired.get(subkey.fingerprint))}"


def _state(subkey: OwnSubkey, retired: RetiredSubkey | None) -> str:
    what = "encrypts" if subkey.encrypts else "signs"
    if retired and retired.destroyed:
        return f"destroyed on {day(retired.destroyed)}"
    if retired:
        return f"old; opens mail until it is destroyed, after {day(retired.destroy_after)}"
    if subkey.is_revoked:
        return "revoked"
    here = "" if subkey.has_secret else "; its secret part is not here"
    return f"{what}; until {day(subkey.expires)}{here}"
