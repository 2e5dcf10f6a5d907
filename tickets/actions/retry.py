"""Try a mail again that was quarantined or set aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.enqueue import enqueue
from tickets.models import Incoming


def try_again(incoming: Incoming, *, by: User, now: datetime) -> bool:
    """Let the mail line have a mail again; False when somebody else did so already or its bytes are gone."""
    waiting = Incoming.objects.waiting_for_somebody().filter(pk=incoming.pk, key__isnull=False)
    with transaction.atomic():
        fresh = {
            "state": Incoming.State.NEW,
            "attempts": 0,
            "not_before": None,
            "lease_until": None,
            "reason": "",
            "decided_by": by,
            "decided_at": now,
        }
        if not waiting.update(**fresh):
            return False
        enqueue("open_incoming", incoming.pk)
    return True


def try_all_again(mails: Iterable[Incoming], *, by: User, now: datetime) -> int:
    """Each of them by itself: what somebody else has decided about meanwhile is left; give how many are tried."""
    return sum(try_again(incoming, by=by, now=now) for incoming in mails)
