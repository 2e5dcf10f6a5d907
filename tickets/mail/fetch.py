"""Fetching: mails are taken from mailboxes by their unique id, kept here, and only then removed there."""

from __future__ import annotations

import logging
import mailbox
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from crypto.vault import digest
from helpdesk.lib.faults import fault_point
from tickets.mail.keep import Origin, is_kept, keep_mail
from tickets.mail.letter import TryLater

logger = logging.getLogger(__name__)

IMAP_SECONDS = 60
IDLE_SECONDS = 9 * 60  # Servers may hang up after 29 minutes (RFC 2177), routers between us after ten.
FULL_DISK = 0.95
UNREACHABLE = (OSError, IMAPClientError)
"""What a mailbox that is down, or speaks nonsense, raises."""


def fetch_all() -> int:
    """Empty every mailbox of MAIL_IN into Incoming rows; give how many mails were kept.

    A mailbox that cannot be reached does not stop the others; TryLater is raised once all have had their turn.
    """
    kept, failed = 0, False
    for number, url in enumerate(settings.MAIL_IN):
        if _disk_is_full():
            raise TryLater("disk_full")
        try:
            kept += fetch_mailbox(url, number)
        except (*UNREACHABLE, TryLater) as error:
            failed = True
            logger.warning("mailbox %d could not be emptied (%s)", number, type(error).__name__)
    if failed:
        raise TryLater("mailbox_unreachable")
    return kept


def fetch_mailbox(url: str, number: int = 0) -> int:
    """Empty one mailbox, `maildir:///path` or `imaps://user:password@host[:port]/folder`."""
    if urlsplit(url).scheme == "maildir":
        return _fetch_maildir(Path(unquote(urlsplit(url).path)), f"maildir {number}")
    with open_imap(url) as client:
        return _fetch_imap(client, _folder(url), f"imap {number} {_mark(url)}")


@contextmanager
def open_imap(url: str) -> Iterator[IMAPClient]:
    """A signed-in IMAP connection over TLS with a checked certificate; there is no other kind."""
    parts = urlsplit(url)
    if parts.scheme != "imaps" or not parts.hostname:
        raise TryLater("mailbox_url")
    trust = ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)
    client = IMAPClient(parts.hostname, port=parts.port or 993, ssl_context=trust, timeout=IMAP_SECONDS)
    try:
        client.login(unquote(parts.username or ""), unquote(parts.password or ""))
        yield client
    finally:
        client.shutdown()


def wait_for_mail(url: str, waiting: Callable[[], None] = lambda: None) -> bool:
    """IDLE on a mailbox (RFC 2177) until something happens there or it is time to look anyway.

    Of what came before it says nothing: who looks once `waiting` was called misses no mail.
    """
    with open_imap(url) as client:
        client.select_folder(_folder(url), readonly=True)
        client.idle()
        try:
            waiting()
            return bool(client.idle_check(timeout=IDLE_SECONDS))
        finally:
            client.idle_done()


def _folder(url: str) -> str:
    return unquote(urlsplit(url).path.strip("/")) or "INBOX"


def _mark(url: str) -> str:
    """Tells mailboxes apart that have their turn in MAIL_IN at different times: their UIDs say nothing of each other."""
    parts = urlsplit(url)
    return digest("mailbox", f"{parts.username}@{parts.hostname}:{parts.port}{parts.path}")[:16]


def _fetch_maildir(path: Path, name: str) -> int:
    box = mailbox.Maildir(path, create=True)
    kept = 0
    for key in sorted(box.keys()):  # A name begins with its time: a conversation is kept in its order.
        try:
            raw = box.get_bytes(key)
        except (KeyError, FileNotFoundError):
            continue  # Another worker took it.
        fault_point("fetched")
        keep_mail(raw, Origin(name))
        box.discard(key)
        fault_point("removed")
        kept += 1
    return kept


def _fetch_imap(client: IMAPClient, folder: str, name: str) -> int:
    validity = int(client.select_folder(folder)[b"UIDVALIDITY"])
    kept = 0
    _remove_what_is_left(client, name, validity)
    for uid in client.search(["UNDELETED"]):
        raw = client.fetch([uid], [b"BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        if raw is None:
            continue  # Another worker removed it meanwhile.
        fault_point("fetched")
        keep_mail(raw, Origin(name, validity, uid))
        kept += 1
        _remove(client, uid)
        fault_point("removed")
    return kept


def _remove_what_is_left(client: IMAPClient, name: str, validity: int) -> None:
    """A worker died between marking its mail and removing it. What others marked is theirs: it stays, and unfiled."""
    for uid in client.search(["DELETED"]):
        if is_kept(Origin(name, validity, uid)):
            _remove(client, uid)


def _remove(client: IMAPClient, uid: int) -> None:
    """Delete one mail by its UID (RFC 4315): never a plain EXPUNGE, which would take other people's mails along."""
    client.delete_messages([uid], silent=True)
    fault_point("marked-deleted")
    if client.has_capability("UIDPLUS"):
        client.uid_expunge([uid])


def _disk_is_full() -> bool:
    """Above the mark mails stay where they are: better there than half written here."""
    usage = shutil.disk_usage(_existing(Path(settings.BLOBS_DIR)))
    return usage.used / usage.total > FULL_DISK


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
