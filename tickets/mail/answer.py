"""Answers as mail: the agent's words become the final bytes, signed and encrypted, before anything is queued."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import POLICY, build_encrypted, build_signed
from crypto.structure.mime import is_plain_address

_LONGEST_SUBJECT = 200
_NO_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
# RFC 5322 (3.6.4), without the quoted and the obsolete forms, as atoms that cannot begin an encoded word.
_ATOMS = r"(?:(?!=\?)[\w.!#$%&'*+/=?^`{|}~-]){1,250}"
_MESSAGE_ID = re.compile(rf"{_ATOMS}@(?:{_ATOMS}|\[[\w.:-]{{1,100}}\])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says, and to what. It quotes nothing: quoting is how stolen ciphertexts are read (security.md R1)."""

    sender_name: str
    sender: str
    recipient: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    number: str
    """The ticket's public number; it goes into the protected subject only. Automatic mail names none."""
    message_id: str
    """With angle brackets; its random part is what a reply proves itself with."""
    in_reply_to: str
    date: datetime
    auto_submitted: str = ""
    """'auto-replied' or 'auto-generated' (RFC 3834) for what nobody wrote: then the subject is the mail's own."""


def render_encrypted(
    reply: Reply, *, keyring: SecretKeyring, signer: str, recipients: Sequence[bytes]
) -> bytes:
    """The answer as only the recipients (and nobody on the way) can read it; raises UnusableKeyError, GnupgError."""
    number = f" [{reply.number}]" if reply.number else ""
    message = _message(reply, subject=f"{_subject(reply)}{number}")
    return build_encrypted(message, keyring=keyring, signer=signer, recipients=recipients)


def render_clear(reply: Reply, *, keyring: SecretKeyring, signer: str) -> bytes:
    """The answer in clear, signed by the desk: only for tickets in which nothing ever came encrypted."""
    return build_signed(_message(reply, subject=_subject(reply)), keyring=keyring, signer=signer)


def _message(reply: Reply, *, subject: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(reply.sender_name, reply.sender)
    message["To"] = _address("", reply.recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(reply.date)
    message["Message-ID"] = reply.message_id
    asked = reply.in_reply_to.strip("<> ")
    if _MESSAGE_ID.fullmatch(asked):
        # A stranger's: of one in any other form, nothing is repeated.
        message["In-Reply-To"] = f"<{asked}>"
        message["References"] = f"<{asked}>"
    if reply.auto_submitted:
        # Machines that know one of them do not answer. There is no Reply-To: nobody is to answer.
        message["Auto-Submitted"] = reply.auto_submitted
        message["X-Auto-Response-Suppress"] = "All"
        message["Precedence"] = "bulk"
    message.set_content(reply.text.replace("\r\n", "\n").rstrip() + "\n", cte="quoted-printable")
    return message


def _address(name: str, address: str) -> Address:
    """Re-made from its parts, so that nothing of a stranger's header is copied; raises ValueError for no plain address."""
    if not is_plain_address(address):
        raise ValueError("not a plain address")
    user, _, domain = address.rpartition("@")
    return Address(display_name=_one_line(name), username=user, domain=domain)


def _subject(reply: Reply) -> str:
    subject = _one_line(reply.subject)[:_LONGEST_SUBJECT].strip()
    if reply.auto_submitted:
        return subject
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def _one_line(text: str) -> str:
    """Without control characters, and with no beginning of an encoded word: a header cannot start another header.

    The library decodes what looks like one, also in text that has been decoded before.
    """
    line = "".join(" " if unicodedata.category(letter) in _NO_TEXT else letter for letter in text)
    return line.replace("=?", "= ?")
