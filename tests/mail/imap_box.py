"""A mailbox on the throw-away Dovecot, as somebody else's client sees it, and one that keeps to a script."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.servers.imap_script import ScriptedImap
from tickets.mail.fetch.connection import Client, open_imap
from tickets.mail.fetch.mailboxes import fetch_all
from tickets.mail.fetch.source import Source, read_sources
from tickets.mail.letter import TryLater


def source(url: str) -> Source:
    return read_sources(url)[0]


@contextlib.contextmanager
def somebody(url: str, folder: str = "INBOX") -> Iterator[Client]:
    """Another client at the same mailbox."""
    with open_imap(source(url)) as client:
        client.select_folder(folder)
        yield client


def put(url: str, *mails: bytes, folder: str = "INBOX") -> None:
    with open_imap(source(url)) as client:
        if folder != "INBOX" and not client.folder_exists(folder):
            client.create_folder(folder)
        for raw in mails:
            client.append(folder, raw)


def left(url: str, folder: str = "INBOX") -> list[int]:
    """The UIDs in a folder, marked or not."""
    with somebody(url, folder) as client:
        found: list[int] = client.search(["ALL"])
        return found


def scripted_imap(**script: object) -> ScriptedImap:
    """With the certificate of the throw-away servers."""
    folder = Path(os.environ["WD_TEST_CA"]).parent
    return ScriptedImap((folder / "chain.pem", folder / "key.pem"), **script)  # type: ignore[arg-type]  # its own


def fetch_now() -> str:
    """One look at every mailbox; the trouble it met, or how many mails it kept."""
    try:
        return str(fetch_all(even_paused=True))
    except TryLater as stop:
        return stop.reason
