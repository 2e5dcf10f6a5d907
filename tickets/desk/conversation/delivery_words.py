"""What mail servers report of our mails, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.desk.relay_words import relay_in_words
from tickets.desk.saying import Level, Saying
from tickets.models import Message, Outgoing

Delivery = Message.Delivery
# By the code without its class (RFC 3463): 4.x.y is for now what 5.x.y is for good.
_WORDS = {
    "1.0": gettext_noop("trouble with the address"),
    "1.1": gettext_noop("no such mailbox"),
    "1.2": gettext_noop("no such mail server"),
    "1.3": gettext_noop("the address is not written as it must be"),
    "1.6": gettext_noop("the mailbox has moved"),
    "1.10": gettext_noop("they take no mail at all"),
    "2.1": gettext_noop("the mailbox is switched off"),
    "2.2": gettext_noop("the mailbox is full"),
    "2.3": gettext_noop("the mail is too large"),
    "3.1": gettext_noop("the mail server is full"),
    "3.2": gettext_noop("the mail server takes no mail at the moment"),
    "3.4": gettext_noop("the mail is too large"),
    "4.1": gettext_noop("their mail server does not answer"),
    "4.2": gettext_noop("the connection broke"),
    "4.4": gettext_noop("no way to their mail server is known"),
    "4.6": gettext_noop("it went round in a circle"),
    "4.7": gettext_noop("it took too long"),
    "5.3": gettext_noop("too many recipients"),
    "6.0": gettext_noop("they cannot read this kind of mail"),
    "7.0": gettext_noop("they refuse it"),
    "7.1": gettext_noop("they refuse it"),
    "7.25": gettext_noop("they do not know our mail server by name"),
    "7.26": gettext_noop("it did not prove where it came from"),
}


def returns_of(message: Message) -> list[Saying]:
    """What mail servers say in the end of one of our mails: what is final is not said to be delayed. Returns are loaded."""
    returns = sorted(message.returns.all(), key=lambda each: each.created)
    newest = {each.delivery: each.delivery_code for each in returns if each.delivery}
    if len(newest) > 1:
        newest.pop(Delivery.DELAYED, None)
    said = [_saying(Delivery(delivery), code) for delivery, code in newest.items()]
    return [*said, *relay_trouble(message, timezone.now())]


def relay_trouble(message: Message, now: datetime) -> list[Saying]:
    """That our own mail server takes nothing from the desk: whoever waits for this answer waits until that is mended."""
    outgoing: Outgoing | None = getattr(message, "outgoing", None)
    if outgoing is None or not outgoing.is_turned_away(now):
        return []
    words = _("Nothing leaves before somebody who runs the desk has mended that.")
    return [Saying(Level.DANGER, f"{relay_in_words(outgoing.reply_code)} {words}")]


def _saying(delivery: Message.Delivery, code: str) -> Saying:
    level = Level.DANGER if delivery == Delivery.FAILED else Level.INFORMATION
    words = {
        Delivery.FAILED: _("A mail server says: it could not be delivered"),
        Delivery.DELAYED: _("A mail server says: it is delayed, and tried again"),
        Delivery.DELIVERED: _("A mail server says: it was delivered"),
    }
    return Saying(level, f"{words[delivery]}{_reason(code)}.")


def _reason(code: str) -> str:
    """' (5.1.1, no such mailbox)'; only the code when there are no words for it."""
    if not code:
        return ""
    words = _WORDS.get(code.partition(".")[2])
    return f" ({code}, {_(words)})" if words else f" ({code})"
