"""The desk's own keys: when each of them ends, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tickets.access import MailRoom
from tickets.desk.conversation.protection import Level, Saying

DAYS_CAREFUL, DAYS_DANGER = 60, 14

_TROUBLES = {
    "revoked": gettext_noop("It is revoked: nobody can write to it, and nothing is signed with it."),
    "sign_only": gettext_noop("It has no part that people can encrypt to."),
    "expired": gettext_noop("It has expired: nobody can write to it, and answers cannot be signed."),
    "locked": gettext_noop(
        "It is locked with a passphrase that nobody types: mail to it cannot be opened, and nothing is signed with it."
    ),
    "missing": gettext_noop("Its secret part is not here: mail to it cannot be opened."),
}


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
    return DeskKeys(sayings=[_summary(rows)], rows=rows)


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
        return Saying(Level.DANGER, _(_TROUBLES.get(trouble, trouble)))
    if expires is None:
        return Saying(Level.PROTECTED, _("It does not expire."))
    if expires <= now:
        return Saying(Level.DANGER, _(_TROUBLES["expired"]))
    days = (expires - now).days
    words = ngettext("It expires in %(n)s day.", "It expires in %(n)s days.", days) % {"n": days}
    if days > DAYS_CAREFUL:
        return Saying(Level.PROTECTED, words)
    level = Level.DANGER if days <= DAYS_DANGER else Level.CAREFUL
    what_to_do = _("The people who run the desk have to extend it before then.")
    return Saying(level, f"{words} {what_to_do}")
