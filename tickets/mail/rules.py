"""The policy for mail that machines write, or that is not for us: small questions to a letter, in one list."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from tickets.mail.letter import Letter, Machine
from tickets.mail.message_ids import is_ours
from tickets.mail.nobody import is_daemon, wants_no_reply
from tickets.mail.reading.bounces import subjects


@dataclass(frozen=True, slots=True)
class Home:
    """What the rules must know of us: the domains that our own mail comes from."""

    domains: Container[str]


Rule = Callable[[Letter, Home], Machine | None]


def is_loop(letter: Letter, home: Home) -> Machine | None:
    """Our own mail come back: it has our Message-ID, or the mark that we put on what we send."""
    own_id = letter.message_id is not None and is_ours(letter.message_id, home.domains)
    marked = any(_domain(value) in home.domains or value in home.domains for value in letter.signs.loop)
    return Machine.LOOP if own_id or marked else None


def is_bounce(letter: Letter, home: Home) -> Machine | None:
    """A report that a mail was not delivered (RFC 3464, and the forms that came before it)."""
    signs = letter.signs
    is_report = signs.content_type == "multipart/report" and signs.report_type in ("", "delivery-status")
    has_failed = letter.delivery is not None or bool(signs.failed_recipients)
    from_daemon = any(is_daemon(_local(address.address)) for address in letter.from_)
    return Machine.BOUNCE if is_report or has_failed or from_daemon or _comes_from_nowhere(letter) else None


def _comes_from_nowhere(letter: Letter) -> bool:
    """Mailed by the null sender, which servers and answering machines are, without what marks the latter.

    A postmaster's mail is a person's, unless it has one more sign.
    """
    null_sender = letter.signs.return_path == "<>"
    from_postmaster = any(_local(address.address) == "postmaster" for address in letter.from_)
    if from_postmaster:
        return null_sender or bool(letter.signs.auto_submitted) or subjects.is_bounces(letter.subject)
    return null_sender and not _says_automatic(letter) and not subjects.is_automatic_answers(letter.subject)


def is_automatic(letter: Letter, home: Home) -> Machine | None:
    """An answer or a notice that nobody wrote (RFC 3834, and the headers used before it and instead of it)."""
    signs = letter.signs
    is_notice = signs.content_type == "multipart/report"
    from_nobody = any(wants_no_reply(_local(address.address)) for address in letter.from_)
    # A person may write about a vacation, and a list may carry that: the subject needs one more sign.
    one_more = signs.return_path == "<>" or signs.precedence in ("bulk", "junk")
    answers = one_more and not signs.list_id and subjects.is_automatic_answers(letter.subject)
    said = _says_automatic(letter) or is_notice or from_nobody or answers
    return Machine.AUTOMATIC if said or subjects.is_aggregate_reports(letter.subject) else None


def _says_automatic(letter: Letter) -> bool:
    """A header that only machines set."""
    signs = letter.signs
    submitted = signs.auto_submitted.partition(";")[0].partition("(")[0].strip() not in ("", "no")
    suppressed = set(signs.auto_response_suppress.replace(",", " ").split())
    return (
        submitted
        or bool({"all", "oof", "autoreply"} & suppressed)
        or signs.auto_reply
        or signs.precedence == "auto_reply"
    )


def is_list(letter: Letter, home: Home) -> Machine | None:
    """Mail to many: an answer would reach people who did not ask us."""
    bulk = letter.signs.precedence in ("bulk", "list", "junk")
    return Machine.LIST if bulk or letter.signs.list_id else None


POLICY: tuple[Rule, ...] = (is_loop, is_bounce, is_automatic, is_list)
"""In this order: the first that says something is what the letter is."""


def machine_of(letter: Letter, home: Home) -> Machine | None:
    """What kind of machine wrote it, or None for a person."""
    return next((machine for rule in POLICY if (machine := rule(letter, home))), None)


def is_empty(letter: Letter) -> bool:
    """Nothing to read, nothing attached and no subject, and that is how it was sent."""
    said = letter.text.strip() or letter.subject.strip() or letter.attachments
    return not said and not letter.problems


def _domain(value: str) -> str:
    return value.strip("<> ").rpartition("@")[2].lower()


def _local(address: str) -> str:
    return address.partition("@")[0].strip('"').lower()
