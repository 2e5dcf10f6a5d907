"""Which addresses a delivery report says it could not reach; asked only of mail that looks like such a report."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import compat32

from flufl.bounce import all_failures

from tickets.mail.letter import MachineSigns
from tickets.mail.reading import limits

READ_BYTES = 64 * 1024
"""A report's facts stand at its beginning; the library's expressions are not meant for megabytes."""


def failed_addresses(raw: bytes, signs: MachineSigns) -> tuple[str, ...]:
    """The failed addresses, in order and bounded; nothing for mail that has no sign of a delivery report."""
    if not _may_be_report(raw, signs):
        return ()
    try:
        temporary, permanent = all_failures(message_from_bytes(raw[:READ_BYTES], policy=compat32))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return ()
    found = {address.decode("utf-8", "replace") for address in (*temporary, *permanent)}
    return tuple(sorted(address[:320] for address in found if address))[: limits.ADDRESSES]


def _may_be_report(raw: bytes, signs: MachineSigns) -> bool:
    if signs.content_type == "multipart/report" or signs.return_path == "<>" or signs.failed_recipients:
        return True
    sender = next(
        (line for line in raw[: limits.HEADER_BYTES].lower().split(b"\n") if line.startswith(b"from:")), b""
    )
    return any(name in sender for name in (b"mailer-daemon", b"postmaster", b"mail delivery"))
