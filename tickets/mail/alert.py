"""Alerts as mail: in clear and signed, because they say nothing of anybody who writes to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_signed


@dataclass(frozen=True, slots=True)
class Alert:
    """What is said, to one person who works here."""

    sender: str
    recipient: str
    subject: str
    text: str
    message_id: str
    date: datetime


def render_signed(alert: Alert, *, keyring: SecretKeyring, signer: str) -> bytes:
    """With the desk's signature, so that nobody else can send people to its keys; raises GnupgError."""
    return build_signed(_message(alert), keyring=keyring, signer=signer)


def render_unsigned(alert: Alert) -> bytes:
    """For the one case in which no key of the desk can sign: silence about that would be worse."""
    return _message(alert).as_bytes()


def _message(alert: Alert) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("", addr_spec=alert.sender)
    message["To"] = Address("", addr_spec=alert.recipient)
    message["Subject"] = alert.subject
    message["Date"] = format_datetime(alert.date)
    message["Message-ID"] = alert.message_id
    # No machine answers it, ours included (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(alert.text.rstrip() + "\n", cte="quoted-printable")
    return message
