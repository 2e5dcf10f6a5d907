"""Sending: an approved mail is claimed, handed over once, and its row says what became of it."""

from __future__ import annotations

import logging
import mailbox
import smtplib
import ssl
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crypto.directories import sync_directory
from crypto.errors import CryptoError
from helpdesk.lib.faults import fault_point
from tickets.actions.event import note_event
from tickets.actions.hold_back import hold_back, is_overtaken
from tickets.models import Event, Outgoing

logger = logging.getLogger(__name__)

SMTP_SECONDS = 60
SMTP_STEPS = 16
"""What is waited for in one hand-over, from the name of the server to its answer to the mail, and some to spare."""
LEASE = timedelta(seconds=SMTP_STEPS * SMTP_SECONDS)
"""Longer than any hand-over takes: nothing else ends a sender, and whoever is declared dead must be."""
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720)
GIVE_UP = timedelta(days=3)
REPLY_CODES = range(200, 600)


class Outcome(StrEnum):
    """What became of a hand-over."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    UNSURE = "unsure"


def send_outgoing(identity: uuid.UUID) -> None:
    """Send one approved mail. May run twice at once: the one that claims the row sends it (promise 2)."""
    outgoing = _claim(identity, timezone.now())
    if outgoing is None:
        return
    fault_point("send-claimed")
    try:
        if is_overtaken(outgoing, now=timezone.now()):
            hold_back(outgoing, now=timezone.now())
            return
        sender, recipient, mail = outgoing.sender, outgoing.recipient, outgoing.rendered
    except (CryptoError, OSError) as error:
        # Nothing was handed over. A key that is not in its directory now may be there the next time.
        logger.error("outgoing %s cannot be opened (%s)", identity, type(error).__name__)  # noqa: TRY400 - no content
        _settle(outgoing, Outcome.LATER, None, timezone.now())
        return
    outcome, code = hand_over(sender, recipient, mail)
    fault_point("send-handed-over")
    _settle(outgoing, outcome, code, timezone.now())
    logger.info("outgoing %s: %s %s", identity, outcome.value, code or "")


def mark_abandoned(now: datetime) -> int:
    """Those whose sender died with the mail in its hands may have been sent: an agent is asked, nothing is repeated."""
    abandoned = list(Outgoing.objects.abandoned(now).select_related("message__ticket"))
    for outgoing in abandoned:
        _settle(outgoing, Outcome.UNSURE, None, now)
    return len(abandoned)


def _claim(identity: uuid.UUID, now: datetime) -> Outgoing | None:
    """The row, if it is ours to send. The number of the attempt is the proof: it is never counted down."""
    due = Outgoing.objects.due(now).filter(pk=identity)
    before = due.values_list("attempts", flat=True).first()
    if before is None:
        return None
    claim = {"state": Outgoing.State.SENDING, "attempts": before + 1}
    if not due.filter(attempts=before).update(lease_until=now + LEASE, **claim):
        return None
    ours = Outgoing.objects.filter(pk=identity, **claim)
    return ours.select_related("message__ticket__key", "message__ticket__queue", "key").first()


def hand_over(sender: str, recipient: str, mail: bytes) -> tuple[Outcome, int | None]:
    """Give a mail to MAIL_OUT: `smtps://`, `smtp+starttls://` (both with a checked certificate) or `maildir://`."""
    if not _can_be_said(recipient) or not _can_be_said(sender):
        return Outcome.REFUSED, None
    url = urlsplit(settings.MAIL_OUT)
    if url.scheme == "maildir":
        return _put_down(Path(unquote(url.path)), mail)
    try:
        server = _connect(url)
    except smtplib.SMTPResponseException as error:
        return Outcome.LATER, error.smtp_code
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # Nothing was handed over yet. A certificate that does not fit is trouble to be mended, not to be ignored.
        logger.warning("the mail server cannot be used (%s)", type(error).__name__)
        return Outcome.LATER, None
    try:
        return _transmit(server, sender, recipient, mail)
    finally:
        server.close()


def _can_be_said(address: str) -> bool:
    """Whether SMTP takes an address for what it is. The library parses it once more, and must find no other in it."""
    return (
        "@" in address
        and address.isascii()
        and address.isprintable()
        and smtplib.quoteaddr(address) == f"<{address}>"
    )


def _put_down(path: Path, mail: bytes) -> tuple[Outcome, int | None]:
    """Into a Maildir, durable with its directory entry."""
    try:
        mailbox.Maildir(path, create=True).add(mail)
    except OSError:
        return Outcome.LATER, None
    sync_directory(path / "new")
    return Outcome.ACCEPTED, None


def _connect(url: SplitResult) -> smtplib.SMTP:
    trust = ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)
    host = url.hostname or ""
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=SMTP_SECONDS, context=trust)
    elif url.scheme == "smtp+starttls":
        server = smtplib.SMTP(host, url.port or 587, timeout=SMTP_SECONDS)
    else:
        raise smtplib.SMTPException("MAIL_OUT has no scheme that protects the mail")
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=trust)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _transmit(server: smtplib.SMTP, sender: str, recipient: str, mail: bytes) -> tuple[Outcome, int | None]:
    """One SMTP transaction (RFC 5321). Until the final dot, failure means not sent; after it, nobody knows."""
    try:
        refused = _refused_before_data(server, sender, recipient)
        if refused is not None:
            return _refusal(refused), refused
        server.send(_dotted(mail))
    except (OSError, smtplib.SMTPException):
        return Outcome.LATER, None
    try:
        server.send(b".\r\n")
        code, _ = server.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome.UNSURE, None
    return _last_word(code), code


def _refused_before_data(server: smtplib.SMTP, sender: str, recipient: str) -> int | None:
    """The code with which the server stops the transaction before the mail, if it does."""
    server.ehlo_or_helo_if_needed()
    steps: tuple[tuple[Callable[[], tuple[int, bytes]], set[int]], ...] = (
        (lambda: server.mail(sender), {250}),
        (lambda: server.rcpt(recipient), {250, 251}),
        (lambda: server.docmd("DATA"), {354}),
    )
    for step, welcome in steps:
        code, _ = step()
        if code not in welcome:
            return code
    return None


def _refusal(code: int) -> Outcome:
    return Outcome.REFUSED if code // 100 == 5 else Outcome.LATER


def _last_word(code: int) -> Outcome:
    """What the server says to the whole mail. It has it: anything but a plain yes or no leaves us in doubt."""
    words = {2: Outcome.ACCEPTED, 4: Outcome.LATER, 5: Outcome.REFUSED}
    return words.get(code // 100, Outcome.UNSURE)


def _dotted(mail: bytes) -> bytes:
    """Whole lines; those that begin with a dot get another (RFC 5321 section 4.5.2). The end's own dot is not here."""
    lines = mail.removesuffix(b"\n").split(b"\n")
    return b"".join(
        (b"." if line.startswith(b".") else b"") + line.removesuffix(b"\r") + b"\r\n" for line in lines
    )


def _settle(outgoing: Outgoing, outcome: Outcome, code: int | None, now: datetime) -> None:
    """Say what became of it, if it is still ours: a sender that was declared dead has no say in a later attempt."""
    state, event = {
        Outcome.ACCEPTED: (Outgoing.State.SENT, Event.Kind.SENT),
        Outcome.REFUSED: (Outgoing.State.FAILED, Event.Kind.NOT_SENT),
        Outcome.UNSURE: (Outgoing.State.UNKNOWN, Event.Kind.UNSURE),
        Outcome.LATER: (Outgoing.State.RETRY, None),
    }[outcome]
    if state == Outgoing.State.RETRY and now - outgoing.approved > GIVE_UP:
        state, event = Outgoing.State.FAILED, Event.Kind.NOT_SENT
    values = {
        "state": state,
        "lease_until": None,
        "not_before": now + _pause(outgoing, now) if state == Outgoing.State.RETRY else None,
        "reply_code": code if code in REPLY_CODES else None,
        "sent": now if state == Outgoing.State.SENT else None,
    }
    with transaction.atomic():
        mine = Outgoing.objects.filter(
            pk=outgoing.pk, state=Outgoing.State.SENDING, attempts=outgoing.attempts
        )
        # The history tells what became of answers; of automatic mail it says that it was decided upon.
        if mine.update(**values) and event and outgoing.kind == Outgoing.Kind.ANSWER:
            note_event(outgoing.said.ticket, event, at=now)


def _pause(outgoing: Outgoing, now: datetime) -> timedelta:
    """Longer with every attempt, but not longer than is fit for how long it has been approved (again)."""
    age = (now - outgoing.approved) / timedelta(minutes=1)
    reached = sum(age >= sum(RETRY_MINUTES[: number + 1]) for number in range(len(RETRY_MINUTES)))
    number = min(outgoing.attempts - 1, reached, len(RETRY_MINUTES) - 1)
    return timedelta(minutes=RETRY_MINUTES[number])
