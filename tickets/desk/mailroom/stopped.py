"""Mails that were not filed: those in quarantine, and those set aside, by what decided about them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.access import MailRoom
from tickets.desk.mailroom.mail_rows import MailRow, mail_row
from tickets.desk.mailroom.reasons import reason_in_words
from tickets.desk.mailroom.sections import SHOWN
from tickets.desk.saying import Level, Saying
from tickets.models import Incoming
from tickets.models.incoming import IncomingQuerySet


@dataclass(frozen=True, slots=True)
class Group:
    """The mails that stopped for one reason."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The section of what needs a person; newest first."""

    sayings: list[Saying]
    groups: list[Group]
    rows: list[MailRow]
    count: int

    @property
    def has_more(self) -> bool:
        """Whether some are not on this page."""
        return self.count > len(self.rows)


@dataclass(frozen=True, slots=True)
class Aside:
    """The section of what rules or people set aside; most frequent first."""

    sayings: list[Saying]
    groups: list[Group]


def quarantine_section(room: MailRoom) -> Quarantine:
    """Counts, and the newest."""
    mails = room.mails.filter(state=Incoming.State.QUARANTINED)
    groups = _groups(mails)
    count = sum(group.count for group in groups)
    newest = mails.select_related("decided_by").order_by("-received", "pk")[:SHOWN]
    return Quarantine([_quarantine_saying(count)], groups, [mail_row(mail) for mail in newest], count)


def aside_section(room: MailRoom) -> Aside:
    """Counts only: nobody has to look at them."""
    groups = _groups(room.mails.filter(state=Incoming.State.SET_ASIDE))
    return Aside([_aside_saying(sum(group.count for group in groups))], groups)


def _groups(mails: IncomingQuerySet) -> list[Group]:
    """By reason, the most frequent first."""
    counted = mails.order_by().values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    return [Group(reason, reason_in_words(reason), count) for reason, count in counted]


def _quarantine_saying(count: int) -> Saying:
    if not count:
        return Saying(Level.PROTECTED, _("Nothing is in quarantine."))
    words = ngettext(
        "%(n)s mail could not be filed, and its sender waits.",
        "%(n)s mails could not be filed, and their senders wait.",
        count,
    )
    return Saying(Level.CAREFUL, words % {"n": count})


def _aside_saying(count: int) -> Saying:
    if not count:
        return Saying(Level.INFORMATION, _("Nothing is set aside."))
    words = ngettext(
        "%(n)s mail is set aside. Nobody has to do anything.",
        "%(n)s mails are set aside. Nobody has to do anything.",
        count,
    )
    return Saying(Level.INFORMATION, words % {"n": count})
