"""What the headers of a mail say: who, to whom, when, about what, and the signs that machines leave."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from tickets.mail.letter import Address, MachineSigns
from tickets.mail.reading import limits, words
from tickets.mail.reading.addresses import read_addresses
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import parameter_of

_AUTO_REPLY = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-autoreply-from", "x-mail-autoreply")
_LISTS = ("list-id", "list-post", "list-unsubscribe", "list-help", "mailing-list", "x-mailing-list")
YEARS = range(1990, 2100)


def text_of(headers: Message, name: str) -> str:
    """A header's decoded value on one line; '' when absent. The first one counts when there are several."""
    return words.decoded(str(headers.get(name, "")))


def addresses_of(headers: Message, name: str, problems: Problems) -> tuple[Address, ...]:
    """The mailboxes of all headers of that name: several Froms are all seen."""
    values = [str(value) for value in headers.get_all(name, [])]
    return read_addresses(", ".join(values), problems)


def sender_of(headers: Message, problems: Problems) -> tuple[Address, ...]:
    """Who wrote: From, or what a mail without a usable From offers in its place."""
    for name in ("from", "reply-to", "sender"):
        if found := addresses_of(headers, name, problems):
            return found
        problems.note("broken: no sender in From")
    return ()


def subject_of(headers: Message) -> str:
    return text_of(headers, "subject")[: limits.SUBJECT_CHARACTERS]


def message_id_of(headers: Message) -> str | None:
    return next(iter(_identifiers(str(headers.get("message-id", "")))), None)


def references_of(headers: Message) -> tuple[str, ...]:
    """In-Reply-To, then References from the nearest back, each once."""
    answered = _identifiers(str(headers.get("in-reply-to", "")))
    thread = _identifiers(str(headers.get("references", "")))
    nearest_first = dict.fromkeys([*answered, *reversed(thread)])
    return tuple(nearest_first)[: limits.REFERENCES]


def _identifiers(value: str) -> list[str]:
    """The Message-IDs in a value; a single word without brackets counts as one."""
    flat = words.one_line(words.eight_bit(value.replace("\r\n", " ").replace("\n", " ")))
    inside = [piece.partition(">")[0].strip() for piece in flat.split("<")[1:]]
    found = inside or (flat.split() if "@" in flat else [])
    return [identifier for identifier in found if identifier and len(identifier) <= 500]


def date_of(headers: Message) -> datetime | None:
    """When the sender says it was written; None for what is no date or cannot be one of a mail."""
    try:
        date = parsedate_to_datetime(str(headers.get("date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if date.year not in YEARS:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def signs_of(headers: Message) -> MachineSigns:
    """The values that rules.py judges, as they stand, lower-cased and bounded."""
    paths = headers.get_all("return-path", [])
    return MachineSigns(
        auto_submitted=_sign(headers, "auto-submitted"),
        precedence=_sign(headers, "precedence"),
        return_path=words.decoded(str(paths[0])).lower() if paths else None,
        content_type=headers.get_content_type(),
        report_type=parameter_of(headers, "report-type").lower()[:100],
        list_id=next((value for name in _LISTS if (value := _sign(headers, name))), ""),
        auto_response_suppress=_sign(headers, "x-auto-response-suppress"),
        loop=tuple(words.decoded(str(value)).lower()[:200] for value in headers.get_all("x-loop", [])[:20]),
        failed_recipients=_sign(headers, "x-failed-recipients"),
        auto_reply=any(name in headers for name in _AUTO_REPLY),
    )


def _sign(headers: Message, name: str) -> str:
    return text_of(headers, name).lower()[:500]


def autocrypt_of(headers: Message, sender: tuple[Address, ...]) -> bytes | None:
    """The key data of the one valid Autocrypt header for a single sender: none when there are several of either."""
    if len(sender) != 1:
        return None
    values = [_attributes(str(value)) for value in headers.get_all("autocrypt", [])[:10]]
    mine = [value for value in values if value.get("addr", "").lower() == sender[0].address.lower()]
    if len(mine) != 1 or any(name not in _AUTOCRYPT and not name.startswith("_") for name in mine[0]):
        return None
    try:
        return base64.b64decode("".join(mine[0].get("keydata", "").split())) or None
    except (binascii.Error, ValueError):
        return None


_AUTOCRYPT = {"addr", "prefer-encrypt", "keydata"}


def _attributes(value: str) -> dict[str, str]:
    pairs = [piece.partition("=") for piece in value.split(";")]
    return {name.strip().lower(): content.strip() for name, equals, content in pairs if equals}
