"""What is said of a correspondent's key: how it came, what became of it, and why it cannot be used."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from helpdesk.templatetags.moments import day, key_end

_FIRST = {
    "report": gettext_noop("first seen %s in an encrypted report"),
    "attachment": gettext_noop("first seen %s in an encrypted mail"),
    "autocrypt": gettext_noop("first seen %s in an Autocrypt header inside an encrypted mail"),
    "form": gettext_noop("first seen %s in the web form"),
    "agent": gettext_noop("added %s by an agent"),
    "wkd": gettext_noop("found %s at their mail provider"),
    "keyserver": gettext_noop("found %s on the key server"),
}
_FIRST_IN_CLEAR = {
    "attachment": gettext_noop("first seen %s in a mail in clear"),
    "autocrypt": gettext_noop("first seen %s in an Autocrypt header in clear"),
}
_CAME = {
    "report": (
        gettext_noop("came in an encrypted report"),
        gettext_noop("came again in an encrypted report"),
    ),
    "attachment": (
        gettext_noop("came in an encrypted mail"),
        gettext_noop("came again in an encrypted mail"),
    ),
    "autocrypt": (
        gettext_noop("came in an Autocrypt header inside an encrypted mail"),
        gettext_noop("came again in an Autocrypt header inside an encrypted mail"),
    ),
    "form": (gettext_noop("came in the web form"), gettext_noop("came again in the web form")),
    "agent": (gettext_noop("added by an agent"), gettext_noop("added again by an agent")),
    "wkd": (
        gettext_noop("found at their mail provider"),
        gettext_noop("found again at their mail provider"),
    ),
    "keyserver": (gettext_noop("found on the key server"), gettext_noop("found again on the key server")),
}
_CAME_IN_CLEAR = {
    "attachment": (gettext_noop("came in a mail in clear"), gettext_noop("came again in a mail in clear")),
    "autocrypt": (
        gettext_noop("came in an Autocrypt header in clear"),
        gettext_noop("came again in an Autocrypt header in clear"),
    ),
}
_HAPPENED = {
    "extended": gettext_noop("its owner gave it more time"),
    "revoked": gettext_noop("its owner withdrew it"),
    "confirmed": gettext_noop("compared and confirmed"),
    "retired": gettext_noop("not to be used"),
}
_TROUBLES = {
    "expired": gettext_noop(
        "The key that came has expired: ask them for a newer copy. The same key may have been given more time."
    ),
    "revoked": gettext_noop(
        "The key that came is revoked: its owner withdrew it. Ask them for their new one."
    ),
    "weak": gettext_noop(
        "The key that came is weak: it is too short to protect anything. Ask for a new one."
    ),
    "sign_only": gettext_noop(
        "The key that came can only sign: nothing can be encrypted to it. Ask for one with an encryption subkey."
    ),
    "unreadable": gettext_noop(
        "The key that came cannot be read: it is damaged, too large, or of a kind that GnuPG does not know."
    ),
}
_TROUBLES_OF_A_REPORT = {
    "expired": gettext_noop(
        "The key that came with the report has expired: ask them for a newer copy. The same key may have been given more"
        " time."
    ),
    "revoked": gettext_noop(
        "The key that came with the report is revoked: its owner withdrew it. Ask them for their new one."
    ),
    "weak": gettext_noop(
        "The key that came with the report is weak: it is too short to protect anything. Ask for a new one."
    ),
    "sign_only": gettext_noop(
        "The key that came with the report can only sign: nothing can be encrypted to it. Ask for one with an"
        " encryption subkey."
    ),
    "unreadable": gettext_noop(
        "The key that came with the report cannot be read: it is damaged, too large, or of a kind that GnuPG does not"
        " know."
    ),
}
_SHORT_TROUBLES = {
    "expired": gettext_noop("expired"),
    "revoked": gettext_noop("its owner withdrew it"),
    "weak": gettext_noop("too short to protect anything"),
    "sign_only": gettext_noop("can only sign, not be encrypted to"),
    "unreadable": gettext_noop("cannot be read"),
}
_STATES = {
    "in_use": gettext_noop("In use"),
    "proposed": gettext_noop("Not used: to be compared"),
    "retired": gettext_noop("Not to be used"),
    "unusable": gettext_noop("Cannot be used"),
}


def first_seen_in_words(source: str, *, encrypted: bool, at: datetime) -> str:
    """'first seen 3 Nov in an encrypted report'."""
    words = _FIRST[source] if encrypted else _FIRST_IN_CLEAR.get(source, _FIRST[source])
    return _(words) % day(at)


def sighting_in_words(source: str, *, encrypted: bool, again: bool) -> str:
    """'came again in an Autocrypt header in clear'."""
    words = _CAME[source] if encrypted else _CAME_IN_CLEAR.get(source, _CAME[source])
    return _(words[again])


def change_in_words(kind: str) -> str:
    """'compared and confirmed'."""
    return _(_HAPPENED[kind])


def trouble_in_words(trouble: str, source: str) -> str:
    """Why a key that came cannot be used, and what to ask for."""
    words = _TROUBLES_OF_A_REPORT if source == "report" else _TROUBLES
    return _(words[trouble])


def state_in_words(state: str, trouble: str) -> str:
    """'In use', 'Cannot be used: can only sign, not be encrypted to'."""
    if not trouble:
        return _(_STATES[state])
    standing = _STATES["retired" if state == "retired" else "unusable"]
    return _("%(state)s: %(trouble)s") % {"state": _(standing), "trouble": _(_SHORT_TROUBLES[trouble])}


def short(fingerprint: str) -> str:
    """'…ABCD 1234 ABCD 9876': every page writes keys like this where it does not write them whole."""
    return key_end(fingerprint)
