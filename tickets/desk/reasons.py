"""Why a mail was not filed, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_WORDS = {
    "by_agent": gettext_noop("Somebody looked at it and set it aside."),
    "refused": gettext_noop("It was tampered with or could harm us, so it was not opened."),
    "no_key": gettext_noop("It is encrypted, but not to a key we have."),
    "loop": gettext_noop("It is one of our own mails coming back."),
    "empty": gettext_noop("There is nothing in it."),
    "no_queue": gettext_noop("No queue takes mail for this address, and there is no default queue."),
    "too_large": gettext_noop("It is larger than the desk reads."),
    "could_not_be_read": gettext_noop("It could not be read: it is broken, or made to keep us busy."),
    "gpg_failed": gettext_noop(
        "GnuPG could not work on it. Somebody who runs the desk should look at GnuPG first."
    ),
    "no_room": gettext_noop("There was no room on the disk to work on it."),
    "gpg_timeout": gettext_noop("GnuPG took too long."),
    "ticket_forgotten": gettext_noop("Its ticket was forgotten while it came."),
    "gave_up": gettext_noop("Reading it stopped the worker several times."),
    "unexpected": gettext_noop("It met a fault of the desk itself. The log names the place in the code."),
}


def reason_in_words(reason: str) -> str:
    """A sentence for a stable word of the mail line; a word without a sentence is shown as it is."""
    return _(_WORDS[reason]) if reason in _WORDS else _("Reason: %s.") % reason.replace("_", " ")
