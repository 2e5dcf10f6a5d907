"""Counts of what somebody must look at, each with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from helpdesk.models import User
from tickets.access import (
    asked_to_agree,
    incoming_of,
    outgoing_of,
    queues_of,
    tickets_of,
    with_a_key_to_compare,
)
from tickets.models import Incoming, Mailbox, Queue
from tickets.own_keys.warnings import desk_key_warnings
from tickets.own_keys.words import warning_in_words


@dataclass(frozen=True, slots=True)
class QueueWork:
    """A queue and what waits in it."""

    queue: Queue
    unanswered: int
    nobodys: int
    """Unanswered ones that nobody has taken."""
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class House:
    """The state of the house: what went wrong with mails and needs a person."""

    quarantined: int
    set_aside: int
    stuck: int
    """Answers that the mail server refused, or of which nobody knows whether they were sent."""
    unread_mailboxes: int = 0
    """Mailboxes that are not being read, for whatever reason; also when nobody is there who would read them."""
    turned_away: int = 0
    """Mails that our own mail server does not let out: nothing leaves before somebody has mended that."""
    keys: tuple[str, ...] = ()
    """What is said of the desk's own keys that end soon, or cannot be used."""
    asked: int = 0
    """How often a colleague asks this person to agree that something may be answered."""
    to_compare: int = 0
    """Tickets in which an answer waits for somebody to compare a key that came."""

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.in_mail_room or self.stuck or self.keys or self.to_decide)

    @property
    def to_decide(self) -> int:
        """What stands on the front page because somebody has to decide, besides answers that did not leave."""
        return self.asked + self.to_compare

    @property
    def in_mail_room(self) -> int:
        """What a coordinator has to look at there."""
        return self.quarantined + self.unread_mailboxes + self.turned_away


def work_by_queue(user: User) -> list[QueueWork]:
    """What waits in each of a person's queues. Two queries; counts only the unanswered, so old tickets cost nothing."""
    waiting = tickets_of(user).unanswered().order_by().values("queue")
    rows = waiting.annotate(
        unanswered=Count("pk"), nobodys=Count("pk", filter=Q(agent=None)), oldest=Min("waiting_since")
    )
    found = {row["queue"]: row for row in rows}
    return [_work(queue, found.get(queue.pk)) for queue in queues_of(user)]


def mine_unanswered(user: User) -> int:
    """How many requesters wait for this person."""
    return tickets_of(user).unanswered().filter(agent=user).count()


def state_of_house(user: User, now: datetime) -> House:
    """Counts mails, answers and mailboxes that need a person."""
    states = incoming_of(user).waiting_for_somebody().order_by().values("state").annotate(count=Count("pk"))
    mails = {row["state"]: row["count"] for row in states}
    return House(
        quarantined=mails.get(Incoming.State.QUARANTINED, 0),
        set_aside=mails.get(Incoming.State.SET_ASIDE, 0),
        stuck=outgoing_of(user).stuck().count(),
        turned_away=outgoing_of(user).turned_away(now).count(),
        unread_mailboxes=sum(mailbox.is_unread(now) for mailbox in Mailbox.objects.all()),
        keys=tuple(map(warning_in_words, desk_key_warnings(user, now))),
        asked=asked_to_agree(user).count(),
        to_compare=with_a_key_to_compare(tickets_of(user), now=now).count(),
    )


def _work(queue: Queue, row: Mapping[str, Any] | None) -> QueueWork:
    if row is None:
        return QueueWork(queue, unanswered=0, nobodys=0, oldest=None)
    return QueueWork(queue, unanswered=row["unanswered"], nobodys=row["nobodys"], oldest=row["oldest"])
