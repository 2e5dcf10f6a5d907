"""What the desk knows of its own keys without asking gpg: when they end, and which old subkeys are to be destroyed."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from crypto.errors import GnupgError
from crypto.models import DeskKey, RetiredSubkey
from crypto.own_keys.making import OwnKey, OwnSubkey, list_own_keys, own_key
from crypto.own_keys.rekeying import destroy_subkey, remove_key, replace_subkeys
from crypto.own_keys.trial import own_trouble

logger = logging.getLogger(__name__)

WARNED_AHEAD = (60, 30, 14, 7)
"""So many days before a key ends it is said; of one that cannot be used any more, at 0."""


@dataclass(frozen=True, slots=True)
class KeyWarning:
    """One of the desk's keys that somebody who runs the desk has to do something about."""

    fingerprint: str
    address: str
    days: int
    """How many whole days are left."""
    trouble: str
    """Why it cannot be used already, as in DeskKey.trouble; else empty."""

    @property
    def threshold(self) -> int:
        """The smallest number of days ahead that has been reached."""
        return 0 if self.trouble else min(each for each in WARNED_AHEAD if self.days <= each)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A change of a key's encryption subkey, before it is made."""

    key: OwnKey
    retiring: tuple[OwnSubkey, ...]
    until: datetime
    destroy_after: datetime


def refresh_desk_keys(home: Path, *, used: Collection[str], now: datetime) -> None:
    """Ask gpg, and write down what it says; a key that is `used` and not there is written down as missing."""
    keys = list_own_keys(home, now=now) if home.is_dir() else ()
    for key in keys:
        _write_down(key, own_trouble(home, key, now=now), now)
    here = {key.fingerprint for key in keys}
    for fingerprint in set(used) - here:
        DeskKey.objects.get_or_create(fingerprint=fingerprint, defaults={"checked": now})
    gone = DeskKey.objects.exclude(fingerprint__in=here)
    gone.exclude(trouble="missing").update(trouble="missing", warned=None)
    gone.update(checked=now)


def _write_down(key: OwnKey, trouble: str, now: datetime) -> None:
    """What was warned of counts for this end and this trouble; with another the warnings begin anew."""
    row = DeskKey.objects.filter(fingerprint=key.fingerprint).first() or DeskKey(fingerprint=key.fingerprint)
    end = key.end(now)
    if trouble != row.trouble or (not trouble and end != row.expires):
        row.warned = None
    if end is not None or not trouble:
        row.expires = end
    row.address, row.trouble = min(key.addresses, default=""), trouble
    row.checked = now
    row.save()


def key_warnings(keys: QuerySet[DeskKey], *, now: datetime) -> tuple[KeyWarning, ...]:
    """Those of some keys that have ended, will have soon, or cannot be used; one query."""
    soon = now + timedelta(days=max(WARNED_AHEAD) + 1)
    return tuple(_warning(row, now) for row in keys.filter(Q(expires__lt=soon) | ~Q(trouble="")))


def _warning(row: DeskKey, now: datetime) -> KeyWarning:
    days = max(0, (row.expires - now).days) if row.expires else 0
    has_ended = row.expires is not None and row.expires <= now
    return KeyWarning(row.fingerprint, row.address, days, row.trouble or ("expired" if has_ended else ""))


def claim_warning(warning: KeyWarning) -> bool:
    """Whether it falls to us to say this: each key's end is told once for each number of days ahead."""
    return bool(_unsaid(warning).update(warned=warning.threshold))


def is_unsaid(warning: KeyWarning) -> bool:
    """Whether nobody has claimed it yet; somebody may a moment later."""
    return _unsaid(warning).exists()


def _unsaid(warning: KeyWarning) -> QuerySet[DeskKey]:
    rows = DeskKey.objects.filter(fingerprint=warning.fingerprint)
    return rows.filter(Q(warned__isnull=True) | Q(warned__gt=warning.threshold))


def plan_rotation(
    home: Path, fingerprint: str, *, until: datetime, destroy_after: datetime, now: datetime
) -> Rotation:
    """What a rotation would do. Raises GnupgError when the key cannot be changed here."""
    key = own_key(home, fingerprint, now=now)
    if not key.has_secret:
        raise GnupgError("the primary secret key is not in the desk's keyring")
    if key.is_revoked or (key.expires is not None and key.expires <= now):
        raise GnupgError("the key has ended; extend it first")
    known = set(RetiredSubkey.objects.values_list("fingerprint", flat=True))
    retiring = (each for each in key.subkeys if each.encrypts and each.has_secret)
    return Rotation(
        key, tuple(each for each in retiring if each.fingerprint not in known), until, destroy_after
    )


def rotate_key(home: Path, plan: Rotation, *, now: datetime) -> OwnSubkey:
    """Make the new encryption subkey and write down when the old ones are destroyed.

    When gpg fails nothing is written down. But gpg does not roll back: whoever is killed between its work and the end
    of the transaction leaves a new subkey, and old ones of which nobody knows. The next rotation retires them all.
    """
    with transaction.atomic():
        owner, _ = DeskKey.objects.get_or_create(fingerprint=plan.key.fingerprint, defaults={"checked": now})
        for old in plan.retiring:
            RetiredSubkey.objects.create(
                fingerprint=old.fingerprint,
                desk_key=owner,
                destroy_after=plan.destroy_after,
            )
        return replace_subkeys(home, plan.key, plan.retiring, until=plan.until, now=now)


def forget_own_key(home: Path, fingerprint: str, *, now: datetime) -> None:
    """Remove one of our keys, and what was written down of it: nobody is to be warned of it any more."""
    remove_key(home, fingerprint, now=now)
    DeskKey.objects.filter(fingerprint=fingerprint).delete()


def due_subkeys(now: datetime) -> QuerySet[RetiredSubkey]:
    """The retired subkeys whose time is over."""
    due = RetiredSubkey.objects.filter(destroyed__isnull=True, destroy_after__lte=now)
    return due.order_by("destroy_after", "pk")


def destroy_retired(home: Path, retired: RetiredSubkey, *, now: datetime) -> None:
    """Destroy the secret part of one for good: mail that was encrypted to it can be read by nobody any more."""
    destroy_subkey(home, retired.fingerprint, now=now)
    RetiredSubkey.objects.filter(pk=retired.pk).update(destroyed=now)


def destroy_due(home: Path, *, now: datetime) -> int:
    """Destroy all whose time is over and give how many. What cannot be destroyed is tried again, and said in the log."""
    destroyed = 0
    for retired in due_subkeys(now):
        try:
            destroy_retired(home, retired, now=now)
        except GnupgError as error:
            logger.error("retired subkey %s was not destroyed: %s", retired.pk, error)  # noqa: TRY400 - no content
        else:
            destroyed += 1
    return destroyed
