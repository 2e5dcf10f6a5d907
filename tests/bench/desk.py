"""A desk to measure: a database of its own on the throw-away PostgreSQL, a real keyring, and invented people."""

from __future__ import annotations

import io
import os
import secrets
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

TEXT = "The Wi-Fi of my laptop goes away after some minutes, and comes back when I restart it. "


@dataclass(frozen=True)
class Person:
    """Somebody with a key; her gpg home and her fingerprint."""

    address: str
    home: Path
    fingerprint: str


def set_up() -> Path:
    """A desk with the settings that an admin would use, on the throw-away servers; gives its directory."""
    directory = Path(tempfile.mkdtemp(prefix="wdb", dir="/tmp"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "DEMO": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "DATA_DIR": str(directory / "data"),
        "KEYS_DIR": str(directory / "keys"),
        "MAIL_IN": f"maildir://{directory / 'inbox'}",
        "MAIL_OUT": f"maildir://{directory / 'outbox'}",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", stdout=io.StringIO())
    return directory


def gpg(home: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Plain gpg, as a person would run it."""
    command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--trust-model", "always", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def make_person(directory: Path, address: str, algorithm: str, encryption: str) -> Person:
    """A key of the given algorithm, made now."""
    home = directory / address.partition("@")[0]
    home.mkdir(mode=0o700)
    script = (
        f"%no-protection\nKey-Type: {algorithm}\nKey-Usage: sign cert\nSubkey-Type: {encryption}\n"
        f"Subkey-Usage: encrypt\nName-Email: {address}\nExpire-Date: 0\n%commit\n"
    )
    gpg(home, "--generate-key", stdin=script.encode())
    listing = gpg(home, "--list-keys", "--with-colons").decode()
    fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
    return Person(address, home, fingerprint)


def write_mail(sender: Person, desk: Person, number: int, size: int = 5000) -> tuple[bytes, bytes]:
    """An encrypted and signed PGP/MIME mail to the desk; the mail and the bare ciphertext."""
    words = (TEXT * (size // len(TEXT) + 1))[: size - 12]
    entity = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words} {number:010d}\r\n".encode()
    ciphertext = gpg(
        sender.home,
        "--armor",
        "--sign",
        "--encrypt",
        "--recipient",
        desk.fingerprint,
        "-u",
        sender.fingerprint,
        stdin=entity,
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender.address, desk.address, "..."
    mail["Message-ID"] = f"<bench-{number}@{sender.address.partition('@')[2]}>"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["MIME-Version"] = "1.0"
    mail.add_header(
        "Content-Type", "multipart/encrypted", protocol="application/pgp-encrypted", boundary="bench"
    )
    body = (
        (
            b"--bench\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
            b"--bench\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        + ciphertext.replace(b"\n", b"\r\n")
        + b"\r\n--bench--\r\n"
    )
    return mail.as_bytes().split(b"\r\n\r\n")[0] + b"\r\n\r\n" + body, ciphertext
