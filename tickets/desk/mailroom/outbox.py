"""The outbox: what is on its way out, what waits, and what did not leave. Nobody's address is shown or even read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import User
from helpdesk.templatetags.moments import age
from tickets.access import MailRoom, returned_among, tickets_of
from tickets.desk.mailroom.mailboxes import LATE
from tickets.desk.mailroom.reasons import reply_in_words
from tickets.desk.mailroom.sections import SHOWN
from tickets.desk.outgoing_words import state_in_words
from tickets.desk.relay_words import relay_in_words
from tickets.desk.saying import Level, Saying
from tickets.models import Outgoing
from tickets.models.outgoing import OutgoingQuerySet

ON_THE_WAY = (Outgoing.State.APPROVED, Outgoing.State.SENDING, Outgoing.State.RETRY)
DOUBTFUL = (Outgoing.State.FAILED, Outgoing.State.UNKNOWN)
_LEVELS = {
    Outgoing.State.FAILED: Level.DANGER,
    Outgoing.State.UNKNOWN: Level.DANGER,
    Outgoing.State.RETRY: Level.CAREFUL,
}
_COLUMNS = (
    *("kind", "state", "attempts", "not_before", "reply_code", "approved", "sent"),
    *("message", "message__ticket", "message__ticket__number", "message__ticket__queue__name"),
)


@dataclass(frozen=True, slots=True)
class OutgoingRow:
    """One outgoing mail."""

    mail: Outgoing
    words: str
    reply: str
    """The mail server's last word, in ours; empty when it said nothing."""
    level: Level
    is_mine: bool
    """Whether the coordinator may see its ticket."""
    can_be_sent_again: bool
    is_others: bool
    """Whether somebody has to decide about it, and only somebody of its queue can."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are in a state, and what they are."""

    state: Outgoing.State
    label: str
    count: int
    answers: int
    kinds: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The section."""

    sayings: list[Saying]
    counts: list[Counted]
    rows: list[OutgoingRow]


def outbox_section(room: MailRoom, user: User, now: datetime) -> Outbox:
    """Counts of every state, and the mails that are not where they should be."""
    counts = _counts(room, now)
    urgent = with_tickets(room.outbox).filter(_to_look_at()).order_by(_urgency(), "approved", "pk")
    return Outbox(
        sayings=[*_turned_away(room, now), *_stuck(counts), *_overdue(room, now)] or [_well(counts)],
        counts=counts,
        rows=rows_of(urgent[:SHOWN], user),
    )


def with_tickets(outbox: OutgoingQuerySet) -> OutgoingQuerySet:
    """What a row shows, and nothing else: messages can be long."""
    return outbox.select_related("message__ticket__queue").only(*_COLUMNS)


def rows_of(mails: Iterable[Outgoing], user: User) -> list[OutgoingRow]:
    """The rows; two queries, however many."""
    found = list(mails)
    tickets = {mail.said.ticket_id for mail in found if mail.message_id}
    mine = set(tickets_of(user).filter(pk__in=tickets).values_list("pk", flat=True))
    returned = returned_among(found)
    return [
        _row(
            mail,
            is_mine=mail.message_id is not None and mail.said.ticket_id in mine,
            returned=mail.message_id in returned,
        )
        for mail in found
    ]


def _row(mail: Outgoing, *, is_mine: bool, returned: bool) -> OutgoingRow:
    is_doubtful = mail.state in DOUBTFUL
    level = _LEVELS.get(Outgoing.State(mail.state), Level.INFORMATION)
    return OutgoingRow(
        mail=mail,
        words=state_in_words(mail, returned=returned, now=timezone.now()),
        reply=reply_in_words(mail.reply_code),
        level=Level.DANGER if returned else level,
        is_mine=is_mine,
        can_be_sent_again=is_doubtful and is_mine,
        is_others=is_doubtful and not is_mine and mail.message_id is not None,
    )


def _to_look_at() -> Q:
    """That a notice or an acknowledgement did not arrive is nobody's work: those are behind the counts only."""
    return Q(state__in=ON_THE_WAY) | Q(
        state__in=DOUBTFUL, kind__in=[Outgoing.Kind.ANSWER, Outgoing.Kind.ALERT]
    )


def _urgency() -> Case:
    return Case(When(state__in=DOUBTFUL, then=Value(0)), default=Value(1), output_field=IntegerField())


def _counts(room: MailRoom, now: datetime) -> list[Counted]:
    """Of those sent only the last day's: all others have gone their way long since."""
    recent = room.outbox.filter(~Q(state=Outgoing.State.SENT) | Q(sent__gt=now - timedelta(days=1)))
    counted = recent.order_by().values_list("state", "kind").annotate(count=Count("pk"))
    found: dict[tuple[str, bool], dict[str, int]] = {}
    for state, kind, count in counted.order_by("kind"):
        is_unwritten = state == Outgoing.State.WAITING and kind in Outgoing.AUTOMATIC
        found.setdefault((state, is_unwritten), {})[kind] = count
    order = [(state, is_unwritten) for state in Outgoing.State for is_unwritten in (False, True)]
    return [_counted(*each, found[each]) for each in order if each in found]


def _counted(state: Outgoing.State, is_unwritten: bool, found: dict[str, int]) -> Counted:  # noqa: FBT001 - of a pair
    return Counted(
        state=state,
        label=_("soon to be sent, or held back by the breaker") if is_unwritten else str(state.label),
        count=sum(found.values()),
        answers=found.get(Outgoing.Kind.ANSWER, 0),
        kinds=[(count, str(Outgoing.Kind(kind).label)) for kind, count in found.items()],
    )


def _turned_away(room: MailRoom, now: datetime) -> list[Saying]:
    """What our own mail server says to the desk is no mail's fate but everybody's."""
    waiting = room.outbox.turned_away(now)
    codes = list(waiting.order_by("-reply_code").values_list("reply_code", flat=True))
    if not codes:
        return []
    code = next((each for each in codes if each), None)
    words = ngettext(
        "%(n)s mail waits for that. Somebody who runs the desk has to mend MAIL_OUT.",
        "%(n)s mails wait for that. Somebody who runs the desk has to mend MAIL_OUT.",
        len(codes),
    )
    return [Saying(Level.DANGER, f"{relay_in_words(code)} {words % {'n': len(codes)}}")]


def _stuck(counts: list[Counted]) -> list[Saying]:
    stuck = sum(each.answers for each in counts if each.state in DOUBTFUL)
    if not stuck:
        return []
    words = ngettext(
        "%(n)s answer did not leave, or perhaps did not. Somebody has to decide about it.",
        "%(n)s answers did not leave, or perhaps did not. Somebody has to decide about each.",
        stuck,
    )
    return [Saying(Level.DANGER, words % {"n": stuck})]


def _overdue(room: MailRoom, now: datetime) -> list[Saying]:
    overdue = room.outbox.overdue(now - LATE).order_by("approved")
    oldest = overdue.values_list("approved", flat=True).first()
    if oldest is None:
        return []
    words = _(
        "Mail that should be gone is still here, the oldest approved %s ago. The worker or its schedule has stopped,"
        " or it has a lot to do."
    )
    return [Saying(Level.DANGER, words % age(oldest))]


def _well(counts: list[Counted]) -> Saying:
    trying = sum(each.count for each in counts if each.state == Outgoing.State.RETRY)
    if not trying:
        return Saying(Level.PROTECTED, _("Everything that may go has been sent."))
    words = ngettext(
        "%(n)s mail is tried again by itself; the mail server did not take it yet.",
        "%(n)s mails are tried again by themselves; the mail server did not take them yet.",
        trying,
    )
    return Saying(Level.INFORMATION, words % {"n": trying})
