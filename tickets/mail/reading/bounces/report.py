"""What a mail reports of another mail's delivery; asked only of mail that looks like such a report.

Most reports have a part for machines (RFC 3464). The wild ones have only words: there the library that mailing lists
use knows many servers' phrases, and what they have in common is read here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import compat32

from flufl.bounce import all_failures

from tickets.mail.letter import Address, Delivery, DeliveryReport, MachineSigns
from tickets.mail.nobody import is_server, may_be_server
from tickets.mail.reading import body, charsets, headers, limits
from tickets.mail.reading.bounces import delivery_status, subjects
from tickets.mail.reading.bounces.delivery_status import Fate, address_of
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart

# It logs what it stumbles over, with words of the mail.
logging.getLogger("flufl.bounce").disabled = True

READ_BYTES = 64 * 1024
"""A report's facts stand at its beginning; the library's expressions are not meant for megabytes."""

_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/rfc822-headers")  # fmt: skip
_DAEMON_NAMES = ("mail delivery", "delivery subsystem", "mailer-daemon", "退信")
_DELAYS = (
    "delay", "warning", "will retry", "still trying", "will keep trying", "will continue", "not yet been delivered",
    "temporarily deferred", "verzögert", "verspätet", "retardad", "retrasad", "différé", "ritard", "opóźni",
    "задерж", "延迟", "遅れ",
)  # fmt: skip
# A line of the returned mail's own headers: the server's words end before it.
_COPY_BEGINS = re.compile(
    r"^[> ]*(?:Return-Path|Received|Message-ID|DKIM-Signature|MIME-Version):", re.IGNORECASE | re.MULTILINE
)
_MESSAGE_ID = re.compile(
    r"^[> |]*(?:X-Original-)?Message-ID:\s{0,4}<([^<>\s]{3,500})>", re.IGNORECASE | re.MULTILINE
)
_ALONE = re.compile(
    r"^[\s*>-]{0,12}<?([^\s<>:;,()\[\]]{1,64}@[^\s<>:;,()\[\]]{1,255})>?(?::|\s*$)", re.MULTILINE
)
_ANYWHERE = re.compile(r"(?<![^\s<(\[\"':;,])[^\s<>:;,()\[\]\"']{1,64}@[\w.-]{1,255}\w")


def delivery_report(
    raw: bytes, root: Part, signs: MachineSigns, senders: tuple[Address, ...]
) -> DeliveryReport | None:
    """What the mail reports; None for mail that has no sign of a delivery report, or reports nothing."""
    parts = list(_walk(root))
    if not _may_be_report(parts, root, signs, senders):
        return None
    status = delivery_status.read_status("\n\n".join(_text(each) for each in parts if _is_status(each)))
    text = body.read_body(root, Problems()).text[:READ_BYTES]
    message_ids = dict.fromkeys(
        [
            *_returned(parts),
            *(each.strip("<> ") for each in status.message_ids),
            *headers.references_of(root.headers),
            *_MESSAGE_ID.findall(text),
        ]
    )
    fates = list(status.fates) or _in_words(raw, text, root, signs)
    return _reported(fates, tuple(each[:500] for each in message_ids if each)[: limits.REFERENCES])


def _reported(fates: list[Fate], message_ids: tuple[str, ...]) -> DeliveryReport | None:
    """The worst of what became of the mail, and for whom."""
    for outcome in Delivery:
        if worst := [fate for fate in fates if fate.outcome is outcome]:
            recipients = dict.fromkeys(fate.recipient for fate in worst if fate.recipient)
            code = next((fate.code for fate in worst if fate.code), "")
            return DeliveryReport(outcome, code, tuple(recipients)[: limits.ADDRESSES], message_ids)
    return None


def _walk(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _walk(child)


def _may_be_report(parts: list[Part], root: Part, signs: MachineSigns, senders: tuple[Address, ...]) -> bool:
    """One sign that only reports have, or two of the weak ones: spam is mailed by nobody, and a postmaster is a person."""
    if signs.failed_recipients:
        return True
    if signs.content_type == "multipart/report" and any(_is_status(part) for part in parts):
        return True
    if any(_is_daemon(sender) for sender in senders):
        return True
    weak = (
        signs.return_path == "<>",
        subjects.is_bounces(headers.subject_of(root.headers)),
        any(may_be_server(_local(sender)) for sender in senders),
    )
    return sum(weak) >= 2


def _is_daemon(sender: Address) -> bool:
    return is_server(_local(sender)) or any(name in sender.name.lower() for name in _DAEMON_NAMES)


def _local(sender: Address) -> str:
    return sender.address.partition("@")[0].lower()


def _is_status(part: Part) -> bool:
    return part.type in delivery_status.TYPES


def _text(part: Part) -> str:
    return charsets.decode(body.content_of(part)[:READ_BYTES])


def _returned(parts: list[Part]) -> Iterator[str]:
    """The Message-IDs of the mails, or of their headers, that a report brings back."""
    for part in parts:
        if part.type in _RETURNED:
            returned = take_apart(body.content_of(part)[: limits.HEADERS_BYTES].lstrip(), Problems())
            if identifier := headers.message_id_of(returned.headers):
                yield identifier


def _in_words(raw: bytes, text: str, root: Part, signs: MachineSigns) -> list[Fate]:
    """What a report without a part for machines says: at least one address or one code, or it is none."""
    copy = _COPY_BEGINS.search(text)
    notice = text[: copy.start()] if copy else text
    subject = headers.subject_of(root.headers)
    temporary, permanent = _known_phrases(raw, notice)
    said = _addresses(signs.failed_recipients.split(","))
    found = permanent or temporary or said or _named(notice, root)
    code = delivery_status.code_in(notice)
    if not found and not code:
        return []
    is_late = not code.startswith("5") and any(word in f"{subject} {notice}".lower() for word in _DELAYS)
    outcome = Delivery.DELAYED if is_late or (temporary and not permanent) else Delivery.FAILED
    return [Fate(outcome, code, address) for address in found or [""]]


def _known_phrases(raw: bytes, notice: str) -> tuple[list[str], list[str]]:
    """Addresses that the library finds: (not reached yet, not reached). It reads on into the copy of our own mail."""
    try:
        found = all_failures(message_from_bytes(raw[:READ_BYTES], policy=compat32))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return [], []
    kinds = (sorted(each.decode("utf-8", "replace") for each in set(kind)) for kind in found)
    temporary, permanent = ([each for each in _addresses(kind) if each in notice.lower()] for kind in kinds)
    return temporary, permanent


def _named(notice: str, root: Part) -> list[str]:
    """Addresses that stand alone on a line, else those in the words that are neither end of the report itself."""
    alone = _addresses(_ALONE.findall(notice))
    ends = {
        each.address
        for name in ("to", "from")
        for each in headers.addresses_of(root.headers, name, Problems())
    }
    return [each for each in alone or _addresses(_ANYWHERE.findall(notice)) if each not in ends]


def _addresses(values: list[str]) -> list[str]:
    return [address for value in values if (address := address_of(value))]
