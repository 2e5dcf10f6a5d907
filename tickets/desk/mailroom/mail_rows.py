"""A mail that was not filed, as a row of a list. Nothing of what stands in it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tickets.desk.mailroom.reasons import reason_in_words
from tickets.models import Incoming
from tickets.retention import forgotten_at

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in the list."""

    mail: Incoming
    reason: str
    is_quarantined: bool
    can_be_tried: bool
    forgotten: datetime
    """When its bytes go for good, if nobody has it tried again before."""


def mail_row(mail: Incoming) -> MailRow:
    """The row of one mail."""
    return MailRow(
        mail=mail,
        reason=reason_in_words(mail.reason),
        is_quarantined=mail.state == Incoming.State.QUARANTINED,
        can_be_tried=mail.key_id is not None,
        forgotten=forgotten_at(mail),
    )
