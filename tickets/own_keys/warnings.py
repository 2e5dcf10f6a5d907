"""Which of the desk's own keys end soon or cannot be used: for the people who see it on the desk, and for the daily look."""

from __future__ import annotations

from datetime import datetime

from crypto.models import DeskKey
from crypto.own_keys import rows as desk_keys
from crypto.own_keys.rows import KeyWarning
from helpdesk.models import User
from tickets.access import queues_of
from tickets.models import Queue
from tickets.models.queue import QueueQuerySet

__all__ = ["KeyWarning", "desk_key_warnings", "warnings_of"]


def desk_key_warnings(user: User, now: datetime) -> tuple[KeyWarning, ...]:
    """About the keys of a person's queues; a coordinator sees those of all. One query."""
    return warnings_of(Queue.objects.all() if user.is_coordinator else queues_of(user), now)


def warnings_of(queues: QueueQuerySet, now: datetime) -> tuple[KeyWarning, ...]:
    """About the keys with which some queues answer."""
    used = DeskKey.objects.filter(fingerprint__in=queues.values("fingerprint"))
    return desk_keys.key_warnings(used, now=now)
