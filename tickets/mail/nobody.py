"""Names of mailboxes behind which nobody reads: mail servers, lists and programs, and whoever says so by the name.

The part before the @, in lower case, is all that is asked of.
"""

from __future__ import annotations

_DAEMONS = ("mailer-daemon", "mail-daemon", "mailerdaemon")
_OF_SERVERS = ("mdaemon", "microsoftexchange")
_PERHAPS_SERVERS = frozenset({"postmaster", "mail", "root", "administrator", "bounce", "bounces"})
_NO_REPLY = (
    "noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "dont-reply",
    "nicht-antworten", "ne-pas-repondre", "nepasrepondre", "no-responder", "noresponder", "nao-responda", "non-rispondere",
)  # fmt: skip
# RFC 3834, 2; RFC 5230, 4.6.
_PROGRAMS = frozenset({
    "postmaster", "daemon", "devnull", "nobody", "null", "listserv", "majordomo", "mailman", "schleuder", "sympa",
    "bounce", "bounces", "automailer",
})  # fmt: skip
_OF_PROGRAMS_BEGIN = ("owner-", "bounce-", "bounces-")
_OF_PROGRAMS_END = ("-request", "-owner", "-bounce", "-bounces", "-noreply", "-no-reply", "-sendkey")


def is_daemon(local: str) -> bool:
    """Who reports that a mail was not delivered, and writes nothing else."""
    return local.startswith(_DAEMONS)


def is_server(local: str) -> bool:
    """The same, and servers whose name could be a person's: for mail of which more is known."""
    return is_daemon(local) or local.startswith(_OF_SERVERS)


def may_be_server(local: str) -> bool:
    """A name under which servers write, and people, too."""
    return local in _PERHAPS_SERVERS


def wants_no_reply(local: str) -> bool:
    """Who says that answers are read by nobody."""
    return local.startswith(_NO_REPLY)


def is_nobody(local: str) -> bool:
    """Whom a desk never writes to unasked: nobody reads it, or a program does."""
    is_program = (
        local in _PROGRAMS or local.startswith(_OF_PROGRAMS_BEGIN) or local.endswith(_OF_PROGRAMS_END)
    )
    return is_program or is_daemon(local) or wants_no_reply(local)
