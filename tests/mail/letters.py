"""Mails and letters of invented people, and the way to put one through the line's last stop."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crypto.verdict import Encryption, Signature, SignatureState
from tests.conftest import DESK_ADDRESS
from tickets.mail.file import file_mail
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import Accepted, Address, Letter, Machine, OfferedKey
from tickets.models import Incoming, Message

ANA = "ana@user.example"
OTTO = "otto@user.example"
_numbers = itertools.count(1)


def mail(
    *, sender: str = ANA, subject: str = "No sound", text: str = "The speakers are silent.", head: str = ""
) -> bytes:
    """A plain mail that is different from every other one."""
    number = next(_numbers)
    lines = [f"From: {sender}", f"To: {DESK_ADDRESS}", f"Subject: {subject}"]
    lines += [f"Message-ID: <{number}@user.example>", *head.splitlines(), "", text, ""]
    return "\r\n".join(lines).encode()


def letter(*, sender: str = ANA, subject: str = "No sound", text: str = "Silence.", **more: Any) -> Letter:
    """A letter as the parser would give it; encrypted and signed by nobody unless `more` says so."""
    plain = Letter(
        encryption=Encryption.NONE,
        signature=Signature(SignatureState.NONE),
        from_=(Address("", sender),),
        to=(Address("", DESK_ADDRESS),),
        subject=subject,
        message_id=f"{next(_numbers)}@user.example",
        text=text,
        answer=text,
    )
    return replace(plain, **more)


def keep(raw: bytes | None = None) -> Incoming:
    """A mail that is kept and waits for the line."""
    return Incoming.objects.get(pk=keep_mail(raw if raw is not None else mail(), Origin("test")))


def file(
    one: Letter,
    *,
    machine: Machine | None = None,
    keys: Sequence[OfferedKey] = (),
    language: str | None = None,
) -> Message:
    """File a letter, and give its message as it is in the database."""
    incoming = keep()
    assert file_mail(incoming, Accepted(one, machine, language, tuple(keys)))
    incoming.refresh_from_db()
    assert incoming.message is not None
    return Message.objects.select_related("ticket__key").get(pk=incoming.message.pk)


def report(*, sender: str = ANA, words: str = "It does not start.") -> str:
    """The text of a WhisperBack report."""
    head = ["Subject: Does not start", *([f"From: {sender}"] if sender else []), "Tails-Version: 7.1"]
    return "\n".join([*head, "", "What happened instead?", "----------------------", "", words, ""])
