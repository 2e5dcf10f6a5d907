"""What is wrong with a key of the desk, in words: for pages, for mail to coordinators, and for the command line."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from crypto.models import DeskKey
from crypto.own_keys.rows import WARNED_AHEAD, KeyWarning

Trouble = DeskKey.Trouble
CAREFUL, DANGER = WARNED_AHEAD[0], WARNED_AHEAD[2]
"""So many days before its end a key wants care, and wants it at once."""


@dataclass(frozen=True, slots=True)
class _Words:
    """One trouble."""

    sentence: str
    """Beside the key."""
    warning: str
    """By itself."""
    advice: str
    """For the command line, which speaks English and can mend it."""


_TROUBLES = {
    Trouble.EXPIRED: _Words(
        gettext_noop("It has expired: nobody can write to it encrypted, and nothing is signed with it."),
        gettext_noop("The desk's key %(address)s has expired: nobody can write to us encrypted"),
        "has ended: nobody can encrypt to it; 'desk_key extend' gives it more time",
    ),
    Trouble.REVOKED: _Words(
        gettext_noop("It is revoked: nobody can write to it encrypted, and nothing is signed with it."),
        gettext_noop("The desk's key %(address)s is revoked: nobody can write to us encrypted"),
        "is revoked: make or import another one, and give it to its queues",
    ),
    Trouble.SIGN_ONLY: _Words(
        gettext_noop("It has no part that people can encrypt to."),
        gettext_noop("The desk's key %(address)s has no part that people can encrypt to"),
        "has no part to encrypt to; 'desk_key rotate' makes one",
    ),
    Trouble.LOCKED: _Words(
        gettext_noop(
            "It is locked with a passphrase: mail to it cannot be opened, nothing is signed with it."
        ),
        gettext_noop("The desk's key %(address)s is locked with a passphrase: mail to it cannot be opened"),
        "is locked with a passphrase: it opens and signs nothing; remove the passphrase and import it again",
    ),
    Trouble.MISSING: _Words(
        gettext_noop("It is not on this machine: mail to it cannot be opened, nothing is signed with it."),
        gettext_noop("The desk's key %(address)s is missing: mail to it cannot be opened"),
        "the secret part that opens mail is not here",
    ),
}


def trouble_in_words(trouble: str) -> str:
    """A sentence to stand beside the key."""
    return _(_TROUBLES[Trouble(trouble)].sentence)


def end_in_words(days: int) -> str:
    """The same of a key that can still be used."""
    return ngettext("It expires in %(n)s day.", "It expires in %(n)s days.", days) % {"n": days}


def warning_in_words(warning: KeyWarning) -> str:
    """What stands by itself, and names the key by its address."""
    if warning.trouble:
        return _(_TROUBLES[Trouble(warning.trouble)].warning) % {"address": warning.address}
    words = ngettext(
        "The desk's key %(address)s expires in %(n)s day",
        "The desk's key %(address)s expires in %(n)s days",
        warning.days,
    )
    return words % {"address": warning.address, "n": warning.days}


def advice_on(trouble: str) -> str:
    """For the command line: how a key is, and what to type."""
    return _TROUBLES[Trouble(trouble)].advice
