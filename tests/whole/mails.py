"""A WhisperBack report as it comes, and the answer as its reporter reads it."""

from __future__ import annotations

import email
import email.policy
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from tests.keyrings import BOB, DESK, certificate, secret_home

KEYS = Path(__file__).resolve().parents[1] / "keys"

REPORT = """Subject: {subject}
From: bob@reporter.example
OpenPGP-Key: included below
Tails-Version: NAME="Tails"
VERSION="7.6.2"

What were you trying to achieve?
--------------------------------

{words}




{key}


======= content of /proc/cmdline =======
BOOT_IMAGE=/live/vmlinuz quiet nomodeset

======= content of /usr/sbin/dmidecode -s system-manufacturer =======
Example Computers

======= content of /usr/sbin/dmidecode -s system-product-name =======
ExampleBook 14

======= content of /usr/bin/lspci -nn =======
03:00.0 Network controller [0280]: Example Corp. Fast Wireless [1234:abcd] (rev 02)
"""


@contextmanager
def reporter() -> Iterator[Path]:
    """Bob's gpg home, with the desk's certificate in it."""
    with secret_home("bob") as home:
        gpg(home, "--import", stdin=certificate("desk"))
        yield home


def gpg(home: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Plain gpg, as the reporter's own computer runs it."""
    command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--trust-model", "always", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def report(home: Path, *, subject: str, words: str) -> bytes:
    """The whole mail, encrypted by gpg, in the form that WhisperBack gives it."""
    body = REPORT.format(subject=subject, words=words, key=(KEYS / "bob.public.asc").read_text())
    entity = EmailMessage()
    entity.set_content(body, cte="base64")
    del entity["MIME-Version"]
    armored = gpg(home, "--armor", "--encrypt", "--recipient", DESK, stdin=entity.as_bytes()).decode()
    return (
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="==b=="\n'
        "MIME-Version: 1.0\nContent-Disposition: inline\n"
        f"Subject: Bug report: {secrets.token_hex(16)}\nFrom: devnull@tails.boum.org\nTo: help@desk.example\n\n"
        '--==b==\nContent-Type: application/pgp-encrypted; charset="us-ascii"\n\nVersion: 1\n\n'
        '--==b==\nContent-Type: application/octet-stream; name="encrypted.asc"; charset="us-ascii"\n'
        f"Content-Description: OpenPGP encrypted message\n\n{armored}\n--==b==--\n"
    ).encode()


def read_answer(home: Path, mail: bytes) -> EmailMessage:
    """What the reporter's mail program shows: the decrypted entity with its own headers."""
    outer = email.message_from_bytes(mail, policy=email.policy.default)
    assert outer.get_content_type() == "multipart/encrypted"
    ciphertext = list(outer.iter_parts())[1].get_payload(decode=True)
    assert isinstance(ciphertext, bytes)
    inner = email.message_from_bytes(gpg(home, "--decrypt", stdin=ciphertext), policy=email.policy.default)
    assert isinstance(inner, EmailMessage)
    return inner


__all__ = ["BOB", "gpg", "read_answer", "report", "reporter"]
