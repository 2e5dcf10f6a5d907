"""How far an outgoing mail has come, in words: the same on the card of an answer and in the outbox."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from helpdesk.templatetags.moments import moment
from tickets.models import Outgoing


def state_in_words(mail: Outgoing, *, returned: bool, now: datetime) -> str:
    """'sent'; 'came back' of one that left and did not arrive; of an automatic mail without bytes, when it goes."""
    if returned:
        return _("came back: it did not arrive")
    if not is_unwritten(mail):
        return str(mail.get_state_display())
    if mail.not_before and mail.not_before > now:
        return _("held back until %s") % moment(mail.not_before)
    return _("soon to be sent")


def is_unwritten(mail: Outgoing) -> bool:
    """Whether it is an automatic mail that was decided upon and has no bytes yet: it waits for no key."""
    return mail.kind in Outgoing.AUTOMATIC and mail.state == Outgoing.State.WAITING
