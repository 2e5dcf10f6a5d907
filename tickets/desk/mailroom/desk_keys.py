"""The desk's own keys: when each of them ends, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.access import MailRoom
from tickets.desk.saying import Level, Saying
from tickets.own_keys.words import CAREFUL, DANGER, end_in_words, trouble_in_words


@dataclass(frozen=True, slots=True)
class RetiredRow:
    """An old encryption subkey, and when it goes."""

    fingerprint: str
    destroy_after: datetime
    destroyed: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of the desk, with its old encryption subkeys."""

    fingerprint: str
    address: str
    expires: datetime | None
    saying: Saying
    retired: list[RetiredRow]


@dataclass(frozen=True, slots=True)
class DeskKeys:
    """The section; the key that ends first stands first."""

    sayings: list[Saying]
    rows: list[KeyRow]
    checked: datetime | None
    """When gpg was last asked for all of them."""


def desk_keys_section(room: MailRoom, now: datetime) -> DeskKeys:
    """What the daily look at gpg's keyring found."""
    keys = room.desk_keys.prefetch_related("retired_subkeys")
    used = set(room.queues.values_list("fingerprint", flat=True))
    rows = [
        KeyRow(
            fingerprint=key.fingerprint,
            address=key.address,
            expires=key.expires,
            saying=_saying(key.trouble, key.expires, now) if key.fingerprint in used else _unused(),
            retired=[
                RetiredRow(old.fingerprint, old.destroy_after, old.destroyed)
                for old in key.retired_subkeys.all()
            ],
        )
        for key in keys
    ]
    checked = min((key.checked for key in keys), default=None)
    return DeskKeys(sayings=[_summary(rows)], rows=rows, checked=checked)


def _summary(rows: list[KeyRow]) -> Saying:
    if not rows:
        words = _(
            "Nobody has looked at the desk's keys yet. The desk does so when it is started, and every six hours."
        )
        return Saying(Level.INFORMATION, words)
    levels = {row.saying.level for row in rows}
    worst = Level.DANGER if Level.DANGER in levels else Level.CAREFUL
    count = sum(row.saying.level in {Level.DANGER, Level.CAREFUL} for row in rows)
    if count:
        words = ngettext("%(n)s key needs attention.", "%(n)s keys need attention.", count)
        return Saying(worst, words % {"n": count})
    return Saying(Level.PROTECTED, _("No key of the desk expires soon."))


def _unused() -> Saying:
    """A key of former days may end in peace."""
    return Saying(Level.INFORMATION, _("No queue answers with it."))


def _saying(trouble: str, expires: datetime | None, now: datetime) -> Saying:
    if trouble:
        return Saying(Level.DANGER, trouble_in_words(trouble))
    if expires is None:
        return Saying(Level.PROTECTED, _("It does not expire."))
    if expires <= now:
        return Saying(Level.DANGER, trouble_in_words("expired"))
    days = (expires - now).days
    words = end_in_words(days)
    if days > CAREFUL:
        return Saying(Level.PROTECTED, words)
    level = Level.DANGER if days <= DANGER else Level.CAREFUL
    what_to_do = _("The people who run the desk have to extend it before then.")
    return Saying(level, f"{words} {what_to_do}")
