"""A mailbox of each kind, a mail server of each kind, and a clock that can be moved past every lease."""

from __future__ import annotations

import mailbox
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import LazySettings

from tickets.mail.fetch.connection import open_imap
from tickets.mail.fetch.source import read_sources
from tickets.models import Queue


@dataclass(frozen=True)
class Inbox:
    """How to put a mail there, and what there is."""

    post: Callable[[bytes], object]
    mails: Callable[[], list[bytes]]

    def count(self) -> int:
        """How many there are."""
        return len(self.mails())


@pytest.fixture(autouse=True)
def clock(queue: Queue) -> Iterator[time_machine.Traveller]:
    """Real time, until it is moved."""
    with time_machine.travel(datetime.now(UTC)) as moved:
        yield moved


@pytest.fixture
def maildir(tmp_path: Path, settings: LazySettings) -> mailbox.Maildir:
    settings.MAIL_IN = [f"maildir://{tmp_path / 'in'}"]
    return mailbox.Maildir(tmp_path / "in")


@pytest.fixture
def inbox(request: pytest.FixtureRequest, maildir: mailbox.Maildir, settings: LazySettings) -> Inbox:
    """The mailbox that MAIL_IN names."""
    if getattr(request, "param", "maildir") == "maildir":
        return Inbox(maildir.add, lambda: [maildir.get_bytes(key) for key in maildir.iterkeys()])
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    parts = urlsplit(os.environ["WD_TEST_IMAPS"])
    url = f"imaps://{secrets.token_hex(8)}:{parts.password}@localhost:{parts.port}/INBOX"
    settings.MAIL_IN = [url]

    (source,) = read_sources(url)

    def post(raw: bytes) -> object:
        with open_imap(source) as client:
            return client.append("INBOX", raw)

    def mails() -> list[bytes]:
        with open_imap(source) as client:
            client.select_folder("INBOX", readonly=True)
            found = client.fetch(client.search(["ALL"]), [b"BODY.PEEK[]"])
            return [each[b"BODY[]"] for each in found.values()]

    return Inbox(post, mails)


@pytest.fixture(params=["maildir", "smtp+starttls", "smtps"])
def outbox(
    request: pytest.FixtureRequest, tmp_path: Path, settings: LazySettings, maildir: mailbox.Maildir
) -> Callable[[bytes], int]:
    """How often a mail was handed over there."""
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    way = {
        "maildir": (f"maildir://{tmp_path / 'out'}", tmp_path / "out" / "new"),
        "smtp+starttls": (os.environ["WD_TEST_SMTP"], Path(os.environ["WD_TEST_SINK"])),
        "smtps": (os.environ["WD_TEST_SMTPS"], Path(os.environ["WD_TEST_SINK_TLS"])),
    }
    settings.MAIL_OUT, folder = way[request.param]
    return lambda mail: sum(path.read_bytes().endswith(mail) for path in folder.glob("*"))
