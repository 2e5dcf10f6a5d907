"""Sealed mails as Bob writes them to the desk, and the keys to open them with."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.utils import formatdate

from crypto.openpgp import KnownCertificate, SecretKeyring
from crypto.pgpmime import build_encrypted
from crypto.verdict import Signature, SignatureState
from tests.keyrings import BOB, certificate, known
from tickets.mail.letter import Opened, Sealed
from tickets.mail.open import open_mail

KNOWN_BOB = known("bob", BOB, "Bob@user.example")
VALID = Signature(SignatureState.VALID, BOB)
NOT_BOUND = Signature(SignatureState.NOT_BOUND, BOB)


def letter(sender: str = "Bob <bob@user.example>", date: str | None = None) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = "desk@desk.example"
    message["Subject"] = "My secret printer"
    message["Date"] = date or formatdate()
    message.set_content("It is on fire.\n")
    return message


def encrypted(bobs: SecretKeyring, message: EmailMessage) -> bytes:
    return build_encrypted(message, keyring=bobs, signer=BOB, recipients=[certificate("desk")])


def open_raw(keys: SecretKeyring, raw: bytes, *certificates: KnownCertificate) -> Opened:
    return open_mail(Sealed(raw), keys, lambda address: certificates)
