"""The mailboxes: whether each of them is being read, and if not, since when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.templatetags.moments import age, distance, moment
from tickets.access import MailRoom
from tickets.desk.mailroom.reasons import trouble_in_words
from tickets.desk.saying import Level, Saying
from tickets.models import Mailbox

LATE = timedelta(minutes=5)
"""What has waited for the worker for longer is said (I8)."""


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """One mailbox, how it stands, and why."""

    mailbox: Mailbox
    saying: Saying
    trouble: str
    pauses: bool
    """Whether it is left alone for a while because it failed."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The section."""

    sayings: list[Saying]
    rows: list[MailboxRow]


def mailboxes_section(room: MailRoom, now: datetime) -> Mailboxes:
    """All of them: there are a few only."""
    mailboxes = list(room.mailboxes)
    rows = [
        MailboxRow(each, _standing(each, now), trouble_in_words(each.trouble), pauses=not each.is_due(now))
        for each in mailboxes
    ]
    return Mailboxes(sayings=[_summary(mailboxes, now), *_unread_mails(room, now)], rows=rows)


def _summary(mailboxes: list[Mailbox], now: datetime) -> Saying:
    tried = [each.tried for each in mailboxes if each.tried]
    if not tried:
        return _nothing_yet()
    if all(each.is_neglected(now) for each in mailboxes if each.tried):
        words = _(
            "No mail has been fetched since %(moment)s (%(distance)s). The worker or its schedule has stopped. The"
            " people who run the desk have to start it again."
        )
        return Saying(Level.DANGER, words % {"moment": moment(max(tried)), "distance": distance(max(tried))})
    unread = [each for each in mailboxes if each.is_unread(now)]
    if unread:
        words = ngettext(
            "%(n)s mailbox is not being read. Mail that lies there is safe, but nobody sees it here.",
            "%(n)s mailboxes are not being read. Mail that lies there is safe, but nobody sees it here.",
            len(unread),
        )
        return Saying(Level.DANGER, words % {"n": len(unread)})
    troubled = sum(bool(each.trouble) for each in mailboxes)
    if troubled:
        words = ngettext(
            "There is trouble with %(n)s mailbox.", "There is trouble with %(n)s mailboxes.", troubled
        )
        return Saying(Level.CAREFUL, words % {"n": troubled})
    return Saying(Level.PROTECTED, _("Mail is being fetched: last time %s ago.") % age(max(tried)))


def _nothing_yet() -> Saying:
    if not settings.MAIL_IN:
        words = _("No mailbox is set: mail comes only when a mail server hands it over.")
        return Saying(Level.INFORMATION, words)
    words = _(
        "Nothing was fetched yet. If this still stands here in five minutes, the worker or its schedule is not"
        " running."
    )
    return Saying(Level.CAREFUL, words)


def _unread_mails(room: MailRoom, now: datetime) -> list[Saying]:
    """Mails that are here and that the line has not dealt with: also a worker that died is seen by them."""
    overdue = room.mails.overdue(now - LATE).order_by("received")
    oldest = overdue.values_list("received", flat=True).first()
    if oldest is None:
        return []
    words = _(
        "Mail that was fetched has not been opened yet, the oldest for %s. The worker has stopped, or it has a"
        " lot to do."
    )
    return [Saying(Level.DANGER, words % age(oldest))]


def _standing(mailbox: Mailbox, now: datetime) -> Saying:
    if mailbox.tried is None:
        return Saying(Level.INFORMATION, _("Nobody has looked there yet."))
    if mailbox.is_unread(now):
        return Saying(Level.DANGER, _unread(mailbox, now))
    if mailbox.trouble and not mailbox.failures:
        return Saying(Level.CAREFUL, _("Is being read, but not all of it."))
    if mailbox.failures:
        return Saying(Level.CAREFUL, _("The last try failed. The desk tries again by itself."))
    return Saying(Level.PROTECTED, _("Is being read."))


def _unread(mailbox: Mailbox, now: datetime) -> str:
    words = _("Has never been read.")
    if mailbox.succeeded:
        words = _("Has not been read for %s.") % age(mailbox.succeeded)
    nobody_looks = _("Nobody looks there any more.")
    return f"{words} {nobody_looks}" if mailbox.is_neglected(now) else words
