"""How an answer will travel, said before it is written, and the button that repeats it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets.desk.keys.words import first_seen_in_words, short, state_in_words, trouble_in_words
from tickets.desk.saying import Level, Saying
from tickets.models import Ticket
from tickets.travel import Travel, Way

_BY_US = frozenset({"agent", "wkd", "keyserver"})


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
    used = travel.choice.used
    assert used is not None  # noqa: S101 - this way has a key; this is for the type checker
    first = first_seen_in_words(used.source, encrypted=used.encrypted, at=used.first_seen)
    words = _("Goes encrypted to key %(key)s (%(first)s).")
    words = words % {"key": short(used.fingerprint), "first": first}
    return Level.PROTECTED, f"{words} {_others(travel)}".strip(), _("Send encrypted")


def _others(travel: Travel) -> str:
    """What else came for this person, and is not used."""
    words = []
    proposed, unusable = travel.choice.proposed, travel.choice.unusable
    if proposed:
        words.append(_another(proposed.source, encrypted=proposed.encrypted) % short(proposed.fingerprint))
    if unusable:
        words.append(trouble_in_words(unusable.trouble, unusable.source))
    return " ".join(words)


def _another(source: str, *, encrypted: bool) -> str:
    if encrypted:
        return _("Another key came in another ticket (%s): it is not used until you have compared.")
    if source in _BY_US:
        return _("Another key was added or found (%s): it is not used until you have compared.")
    return _("Another key came in clear (%s): it is not used until you have compared.")


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
        " not meant for them. Nothing can be answered here before a colleague has agreed. Notes are safe: only agents see them."
    )
    return Level.DANGER, words, ""


def _no_address(ticket: Ticket, travel: Travel) -> tuple[Level, str, str]:
    words = _(
        "They left no address, so nothing can be sent. You can write notes, and close the ticket when it is read."
    )
    return Level.INFORMATION, words, ""


def key_words_of(travel: Travel) -> str:
    """'In use, first seen 3 Nov in an encrypted report'; empty when there is no key."""
    used = travel.choice.used
    if used is None:
        return ""
    first = first_seen_in_words(used.source, encrypted=used.encrypted, at=used.first_seen)
    state = state_in_words("proposed" if travel.choice.elsewhere else "in_use", used.trouble)
    return _("%(state)s, %(first)s") % {"state": state, "first": first}


def trouble_of(travel: Travel) -> str:
    """Why a key that is there is not used; empty when there is no trouble."""
    choice = travel.choice
    if choice.certificate or choice.changed:
        return ""
    words = [_used_elsewhere(travel)] if choice.used else []
    if choice.proposed:
        words.append(_waiting(choice.proposed.source, encrypted=choice.proposed.encrypted))
    if choice.unusable:
        words.append(trouble_in_words(choice.unusable.trouble, choice.unusable.source))
    return " ".join(words)


def _used_elsewhere(travel: Travel) -> str:
    """What is said of a key in use that is not used here."""
    if travel.choice.elsewhere:
        return _(
            "A key is known from another ticket, and anybody could have sent it there: compare it with the person before"
            " it is used here."
        )
    return _("The key we know has expired.")


def _waiting(source: str, *, encrypted: bool) -> str:
    if encrypted:
        return _("A key came, but anybody could have sent it: compare it with the person before it is used.")
    if source in _BY_US:
        return _("A key was added or found: compare it with the person before it is used.")
    return _("A key came, but not in an encrypted message: compare it with the person before it is used.")


_WORDS = {
    Way.ENCRYPTED: _encrypted,
    Way.WAITS: _waits,
    Way.CLEAR: _clear,
    Way.KEY_CHANGED: _key_changed,
    Way.REPLAYED: _replayed,
    Way.NO_ADDRESS: _no_address,
}
