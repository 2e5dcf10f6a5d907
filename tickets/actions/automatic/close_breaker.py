"""Close a breaker before its time, so that automatic mail flows again."""

from __future__ import annotations

from datetime import datetime

from helpdesk.models import User
from tickets.models import Breaker


def close_breaker(breaker: Breaker, *, by: User, now: datetime) -> bool:
    """What left before counts no longer against the limit; False when it was closed already."""
    still_open = Breaker.objects.filter(pk=breaker.pk, until__gt=now)
    return bool(still_open.update(until=now, closed_by=by))
