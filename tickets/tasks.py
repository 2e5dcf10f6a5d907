"""Work in the background: each task takes the id of a row at most, may run twice at once, and returns nothing."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from celery import shared_task
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from crypto.models import PublicKey
from tickets import retention
from tickets.actions.answer import release_waiting as release_waiting_answers
from tickets.actions.automatic.deciding import write_automatic as write_automatic_mail
from tickets.clock import may_be_believed
from tickets.enqueue import enqueue
from tickets.mail import line
from tickets.mail import send as sending
from tickets.mail.fetch import mailboxes
from tickets.mail.letter import TryLater
from tickets.models import Incoming, Message, Outgoing, Ticket
from tickets.own_keys import care as key_care
from tickets.reading import read_report as read_report_of
from tickets.travel import stopped_by_a_change

logger = logging.getLogger(__name__)

SWEEP_AFTER = timedelta(seconds=30)
SWEEP_AT_ONCE = 100
REPORT_TRIED_FOR = timedelta(days=1)
"""A report that stops its reader is left unread: the ticket is there without its facts."""


@shared_task
def poll() -> None:
    """Empty the mailboxes. What could not be reached now is reached at the next beat."""
    try:
        mailboxes.fetch_all()
    except TryLater:
        return


@shared_task
def open_incoming(identity: str) -> None:
    """Bring one kept mail to its place."""
    line.process(uuid.UUID(identity))


@shared_task
def read_report(identity: str) -> None:
    """Read the report in one message, after it is filed: a bad report never costs a ticket."""
    read_report_of(uuid.UUID(identity))


@shared_task
def send(identity: str) -> None:
    """Send one approved mail."""
    sending.send_outgoing(uuid.UUID(identity))


@shared_task
def release_waiting(identity: str) -> None:
    """Send off what waited for a key in one ticket."""
    ticket = Ticket.objects.living().select_related("key", "queue").filter(pk=identity).first()
    if ticket:
        release_waiting_answers(ticket, now=timezone.now())


@shared_task
def write_automatic(identity: str) -> None:
    """Make one automatic mail that is decided upon, and have it sent."""
    write_automatic_mail(uuid.UUID(identity), now=timezone.now())


@shared_task
def sweep() -> None:
    """Tell the workers again of rows with work due, whose message the broker may have lost."""
    now = timezone.now()
    sending.mark_abandoned(now)
    for task, rows in _due(now):
        for identity in rows.values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
            enqueue(task, identity)


def _due(now: datetime) -> Iterator[tuple[str, QuerySet[Model]]]:
    """The rows whose turn has come, by the task that does their work; those that wait longest stand first."""
    before = now - SWEEP_AFTER
    yield "open_incoming", Incoming.objects.due(now).filter(received__lte=before).order_by("received")
    # What is put off goes behind what is not: no number of hopeless ones may starve the rest.
    approved = Outgoing.objects.due(now).filter(approved__lte=before)
    yield "send", approved.order_by(Coalesce("not_before", "approved"))
    unwritten = Outgoing.objects.unwritten(now).filter(not_before__lte=before)
    yield "write_automatic", unwritten.order_by("not_before")
    yield "release_waiting", _may_be_released(now)
    unread = Message.objects.filter(report_due=True, created__lte=before, created__gt=now - REPORT_TRIED_FOR)
    yield "read_report", unread.order_by("created")


def _may_be_released(now: datetime) -> QuerySet[Ticket]:
    """Tickets with an answer that may go, of people of whom we have a key to use; the hopeless must not starve them."""
    released = Outgoing.objects.released(now)
    keys = PublicKey.objects.filter(
        Q(expires__isnull=True) | Q(expires__gt=now), state=PublicKey.State.IN_USE
    )
    tickets = Ticket.objects.living().filter(
        pk__in=released.values("message__ticket"), requester_digest__in=keys.values("address_digest")
    )
    replayed = Message.objects.unreleased().values("ticket")
    return tickets.exclude(pk__in=replayed).exclude(stopped_by_a_change(now)).order_by("pk")


@shared_task
def rotate_epoch_keys() -> None:
    """The daily change of the epoch key."""
    if _is_time():
        retention.rotate_epoch_keys(timezone.now())


@shared_task
def look_after_keys() -> None:
    """The daily look at the desk's own OpenPGP keys."""
    now = timezone.now()
    key_care.look_after_keys(now, may_destroy=may_be_believed(now))


@shared_task
def purge() -> None:
    """Forget what has been kept for long enough."""
    if _is_time():
        retention.purge(timezone.now())


def _is_time() -> bool:
    """A clock that jumped must not have anything forgotten; a person who knows better uses the commands."""
    if may_be_believed(timezone.now()):
        return True
    logger.error(
        "the clock jumped or the desk was off: nothing is forgotten; run rotate_epoch_keys if it is right"
    )
    return False
