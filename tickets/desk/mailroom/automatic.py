"""Automatic mail, and the breaker that stops it when there is too much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.access import MailRoom
from tickets.breaker import ALL, AN_HOUR, counts_since
from tickets.desk.mailroom.sections import SHOWN
from tickets.desk.saying import Level, Saying
from tickets.models import Breaker


@dataclass(frozen=True, slots=True)
class Automatic:
    """The section. Whose address a breaker is for is known to nobody: there is only its digest."""

    sayings: list[Saying]
    for_all: Breaker | None
    for_one: list[Breaker]
    more: int
    """Open ones for one address that are not listed."""


def automatic_section(room: MailRoom, now: datetime) -> Automatic:
    """How much left in the last hour, and the breakers that are open; of those for one address the busiest."""
    since = counts_since(now)
    sent = room.automatic.filter(at__gt=since).count()
    is_open = room.breakers.filter(until__gt=now)
    for_all = is_open.filter(address_digest=ALL).first()
    for_one = is_open.exclude(address_digest=ALL)
    count = for_one.count()
    saying = _open(for_all) if for_all else _closed(sent, count, is_whole=since <= now - AN_HOUR)
    return Automatic([saying], for_all, list(for_one.order_by("-count", "pk")[:SHOWN]), max(0, count - SHOWN))


def _open(breaker: Breaker) -> Saying:
    words = ngettext(
        "The breaker is open: there was too much automatic mail, and %(n)s was stopped.",
        "The breaker is open: there was too much automatic mail, and %(n)s were stopped.",
        breaker.count,
    )
    return Saying(Level.CAREFUL, words % {"n": breaker.count})


def _closed(sent: int, count: int, *, is_whole: bool) -> Saying:
    """It is counted over an hour, or since the breaker was closed when that is not so long ago."""
    flows = _("Automatic mail flows: %(sent)s in the last hour, of at most %(most)s.")
    if not is_whole:
        flows = _("Automatic mail flows: %(sent)s since the breaker closed, of at most %(most)s in an hour.")
    flows = flows % {"sent": sent, "most": settings.AUTOMATIC_MAIL_PER_HOUR}
    if not count:
        return Saying(Level.PROTECTED, flows)
    words = ngettext(
        "%(n)s address gets no more for now: it had its share.",
        "%(n)s addresses get no more for now: they had their share.",
        count,
    )
    return Saying(Level.PROTECTED, f"{flows} {words % {'n': count}}")
