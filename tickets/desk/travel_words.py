"""How an answer will travel, said before it is written, and the button that repeats it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.desk.protection import Level, Saying
from tickets.models import Ticket
from tickets.travel import Travel, Way

_TROUBLES = {
    "expired": gettext_noop("The key we know has expired."),
    "proposed": gettext_noop(
        "A key came, but not in an encrypted message: compare it with the person before it is used."
    ),
}


@dataclass(frozen=True, slots=True)
class Departure:
    """One sentence, one button, and the way that both speak of."""

    way: Way
    saying: Saying
    button: str
    """Empty when nothing can be sent."""


def departure_of(ticket: Ticket, travel: Travel) -> Departure:
    """What the answer form says."""
    level, text, button = _WORDS[travel.way](ticket, travel)
    return Departure(travel.way, Saying(level, text), button)


def _encrypted(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    key = _short(travel.fingerprint)
    words = _("Goes encrypted to %s.") % key
    if travel.first_seen:
        first = date_format(travel.first_seen, _("j M"))
        words = _("Goes encrypted to %(key)s (first seen %(first)s).") % {"key": key, "first": first}
    if travel.proposed:
        other = _("Another key came in clear (%s): it is not used until you have compared.")
        words = f"{words} {other % _short(travel.proposed)}"
    return Level.PROTECTED, words, _("Send encrypted")


def _short(fingerprint: str) -> str:
    return f"0x{fingerprint[-16:]}"


def _waits(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    words = _(
        "No key: will wait. The answer is kept here, sealed, until a key comes; nothing is sent in clear."
    )
    return Level.CAREFUL, f"{words} {trouble_of(travel)}".strip(), _("Keep until a key comes")


def _clear(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    words = _(
        "Goes in clear: no key is known, and nothing in this ticket came encrypted. Others may read it on the way."
    )
    button = _("Send in clear to %s") % ticket.requester_address
    return Level.CAREFUL, f"{words} {trouble_of(travel)}".strip(), button


def _key_changed(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    return Level.DANGER, _("This person's key changed. Compare both before anything can be sent."), ""


def _replayed(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    words = _(
        "Something encrypted was sent here by another than its writer: whoever sent it may want us to open what was"
        " not meant for them. Nothing can be answered here. Ask a colleague; a note to them is safe."
    )
    return Level.DANGER, words, ""


def _no_address(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    words = _(
        "They left no address, so nothing can be sent. You can write notes, and close the ticket when it is read."
    )
    return Level.INFORMATION, words, ""


def trouble_of(travel: Travel) -> str:
    """Why a key that is there is not used; empty when there is no trouble."""
    return _(_TROUBLES[travel.trouble]) if travel.trouble in _TROUBLES else ""


_WORDS = {
    Way.ENCRYPTED: _encrypted,
    Way.WAITS: _waits,
    Way.CLEAR: _clear,
    Way.KEY_CHANGED: _key_changed,
    Way.REPLAYED: _replayed,
    Way.NO_ADDRESS: _no_address,
}
