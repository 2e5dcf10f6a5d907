"""Close a breaker before its time, so that automatic mail flows again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from helpdesk.models import User
from tickets.breaker import ALL
from tickets.models import Breaker, Outgoing


@transaction.atomic
def close_breaker(breaker: Breaker, *, by: User, now: datetime) -> bool:
    """What left before counts no longer against the limit; False when it was closed already.

    What the breaker for all held back may go at once: the sweep finds it within a minute.
    """
    still_open = Breaker.objects.filter(pk=breaker.pk, until__gt=now)
    if not still_open.update(until=now, closed_by=by):
        return False
    if breaker.address_digest == ALL:
        held = Outgoing.objects.filter(kind__in=Outgoing.AUTOMATIC, state=Outgoing.State.WAITING)
        held.filter(not_before__gt=now).update(not_before=now)
    return True
