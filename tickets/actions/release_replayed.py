"""Answering an encrypted text that came under another name: one agent asks, and a different one agrees (R5).

Whoever steals a ciphertext mails it to us from his own address, so that our answer tells him what is in it. Two people
who look at it are what stands between him and that answer; the same person twice is one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.actions.errors import NotPossibleNow
from tickets.actions.event import note_event
from tickets.actions.living import hold_living
from tickets.enqueue import enqueue
from tickets.models import Event, Message
from tickets.models.message import MessageQuerySet


@transaction.atomic
def ask_release(message: Message, *, by: User, now: datetime) -> None:
    """Say that it may be answered; nothing changes before a colleague agrees.

    Raises NotPossibleNow when somebody has said so already, or there is nothing to release.
    """
    hold_living(message.ticket)
    if not _waiting(message).filter(release_asked_by__isnull=True).update(release_asked_by=by):
        raise NotPossibleNow
    note_event(message.ticket, Event.Kind.RELEASE_ASKED, at=now, by=by)


@transaction.atomic
def withdraw_release(message: Message, *, by: User, now: datetime) -> None:
    """Take back that it may be answered, before a colleague has agreed.

    Raises NotPossibleNow when it was not this person who asked, or a colleague agreed a moment ago.
    """
    hold_living(message.ticket)
    if not _waiting(message).filter(release_asked_by=by).update(release_asked_by=None):
        raise NotPossibleNow
    note_event(message.ticket, Event.Kind.ASK_WITHDRAWN, at=now, by=by)


@transaction.atomic
def agree_to_release(message: Message, *, by: User, now: datetime) -> None:
    """Agree with the colleague who asked: from now on it can be answered, and what waited may go.

    Raises NotPossibleNow when nobody else has asked. The row itself is asked, in the statement that changes it, so no
    two presses of one person can pass for two people.
    """
    hold_living(message.ticket)
    asked = _waiting(message).filter(release_asked_by__isnull=False).exclude(release_asked_by=by)
    if not asked.update(released_by=by, released=now):
        raise NotPossibleNow
    note_event(message.ticket, Event.Kind.REPLAY_RELEASED, at=now, by=by)
    enqueue("release_waiting", message.ticket_id)


def _waiting(message: Message) -> MessageQuerySet:
    return Message.objects.unreleased().filter(pk=message.pk)
