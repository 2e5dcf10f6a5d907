"""Why a mail was not filed, a mailbox not read, or a mail not taken by the mail server, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_WORDS = {
    "by_agent": gettext_noop("Not by a rule: somebody looked at it and set it aside."),
    "refused": gettext_noop("It was tampered with or could harm us, so it was not opened."),
    "no_key": gettext_noop("It is encrypted, but not to a key we have."),
    "repeated": gettext_noop(
        "The same encrypted text is in its ticket already. Try it again to have it filed twice."
    ),
    "loop": gettext_noop("It is one of our own mails coming back."),
    "empty": gettext_noop("There is nothing in it."),
    "no_queue": gettext_noop("No queue takes mail for this address, and there is no default queue."),
    "too_large": gettext_noop("It is larger than the desk reads."),
    "could_not_be_read": gettext_noop("It could not be read: it is broken, or made to keep us busy."),
    "gpg_failed": gettext_noop(
        "GnuPG could not work on it. Somebody who runs the desk should look at GnuPG first."
    ),
    "key_locked": gettext_noop(
        "The desk's key is locked with a passphrase, so it could not be opened. Somebody who runs the desk has to remove"
        " the passphrase; then try it again."
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


_TROUBLES = {
    "unreachable": gettext_noop("Its server cannot be reached."),
    "no_directory": gettext_noop("Its directory cannot be read."),
    "no_answer": gettext_noop("Its server does not answer in time."),
    "hung_up": gettext_noop("Its server hung up."),
    "nonsense": gettext_noop("The desk does not understand what its server answers."),
    "certificate": gettext_noop(
        "Its server's certificate cannot be trusted. It may have expired, or somebody may stand in between."
    ),
    "no_tls": gettext_noop("Its server does not speak TLS as it should."),
    "sign_in_refused": gettext_noop("Its server does not take the name and password in MAIL_IN."),
    "no_folder": gettext_noop("The folder that MAIL_IN names is not there."),
    "no_archive": gettext_noop(
        "The folder that mail is to be moved to is not there. What was read is kept here and stays in the mailbox."
    ),
    "mailbox_url": gettext_noop("Its address in MAIL_IN is not written as it must be."),
    "too_large": gettext_noop(
        "A mail in it is too large for the desk and stays there. All others were fetched."
    ),
    "unreadable": gettext_noop("A mail in it cannot be read and stays there. All others were fetched."),
    "cannot_keep": gettext_noop(
        "The desk could not write down what it read. Mail stays in the mailbox; look at the disk and at the keys."
    ),
    "disk_full": gettext_noop(
        "The disk of the desk is nearly full. Mail stays in the mailbox until there is room."
    ),
}


def trouble_in_words(trouble: str) -> str:
    """A sentence for why a mailbox could not be read; empty when there is none."""
    if not trouble:
        return ""
    return _(_TROUBLES[trouble]) if trouble in _TROUBLES else _("Reason: %s.") % trouble.replace("_", " ")


# The replies of mail servers (RFC 5321, 4.2) that one meets; others by their first digit.
_REPLIES = {
    421: gettext_noop("The mail server was busy or about to stop."),
    450: gettext_noop("The mail server put it off, as some do with every first mail."),
    451: gettext_noop("The mail server had a fault of its own."),
    452: gettext_noop("The mail server had no room."),
    535: gettext_noop("The mail server did not take the desk's password."),
    550: gettext_noop("There is no such mailbox, or it takes nothing from us."),
    552: gettext_noop("The mailbox is full, or the mail is too large for it."),
    553: gettext_noop("The mail server does not know this address."),
    554: gettext_noop("The mail server refused it, perhaps as spam."),
}
_OTHERS = {
    4: gettext_noop("The mail server did not take it this time."),
    5: gettext_noop("The mail server refused it."),
}


def reply_in_words(code: int | None) -> str:
    """A mail server's reply code, in a sentence with the code; empty when it said nothing or yes."""
    if code is None:
        return ""
    words = _REPLIES.get(code) or _OTHERS.get(code // 100)
    return f"{_(words)} ({code})" if words else ""
