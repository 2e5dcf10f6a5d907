"""Set a mail aside that stopped the mail line: nobody has to look at it any more, and it is forgotten in time."""

from __future__ import annotations

from datetime import datetime

from helpdesk.models import User
from tickets.models import Incoming

BY_AGENT = "by_agent"


def set_aside(incoming: Incoming, *, by: User, now: datetime) -> bool:
    """Say that a mail in quarantine is not for us; False when somebody else decided already."""
    quarantined = Incoming.objects.filter(pk=incoming.pk, state=Incoming.State.QUARANTINED)
    decision = {"reason": BY_AGENT, "decided_by": by, "decided_at": now}
    return bool(quarantined.update(state=Incoming.State.SET_ASIDE, **decision))
