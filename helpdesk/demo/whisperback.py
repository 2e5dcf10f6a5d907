"""Builds mails as WhisperBack, the bug reporter inside Tails, builds them: headers, parts and encodings alike."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email.mime.text import MIMEText

OUTER = """\
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";
 boundary="{boundary}"
MIME-Version: 1.0
Content-Disposition: inline
Subject: Bug report: {number:x}
From: devnull@tails.boum.org
To: {recipient}
Message-ID: <{token}@relay.demo.example>
Date: {date}

--{boundary}
Content-Type: application/pgp-encrypted; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit

Version: 1

--{boundary}
Content-Type: application/octet-stream; name="encrypted.asc"; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Content-Description: OpenPGP encrypted message

{armor}
--{boundary}--
"""


def write_mail(body: str, *, recipient: str, date: str, encrypt: Callable[[bytes], bytes]) -> bytes:
    """The whole mail. The outer From is nobody: who wrote it stands only inside the encryption.

    Message-ID and Date are the relay's; WhisperBack itself writes neither.
    """
    armor = encrypt(inner_entity(body)).decode("ascii")
    return OUTER.format(
        boundary=f"==============={secrets.randbelow(10**19):019}==",
        number=secrets.randbits(128),
        token=secrets.token_hex(12),
        recipient=recipient,
        date=date,
        armor=armor,
    ).encode("ascii")


def inner_entity(body: str) -> bytes:
    """What is encrypted: one text part, 7bit when it can be and else base64, with plain line feeds."""
    charset = "us-ascii" if body.isascii() else "utf-8"
    return MIMEText(body, "plain", charset).as_bytes()


def damage(armor: bytes) -> bytes:
    """Change one letter in the middle of an armored message, as a bad disk or a bad person does."""
    lines = armor.splitlines(keepends=True)
    middle = len(lines) // 2
    first, rest = lines[middle][:1], lines[middle][1:]
    lines[middle] = (b"B" if first == b"A" else b"A") + rest
    return b"".join(lines)
