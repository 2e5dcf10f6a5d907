"""Mailboxes: each has its turn, none holds up another, and its row says how it went and when to try again."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from crypto.vault import digest
from tickets.mail.fetch.emptying import LeftBehind, empty
from tickets.mail.fetch.source import Source, SourceError, read_sources
from tickets.mail.letter import TryLater
from tickets.models import Mailbox

logger = logging.getLogger(__name__)

FULL_DISK = 0.95
PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
ALIVE_EVERY = timedelta(minutes=1)
"""How often a turn that goes on and on says that it does."""


def fetch_all(*, even_paused: bool = False) -> int:
    """Keep what is in the mailboxes of MAIL_IN; give how many mails. What fails pauses, longer each time.

    A mailbox that cannot be read does not stop the others; TryLater is raised once all have had their turn.
    """
    kept = 0
    rows, troubles = [], []
    for number, address in enumerate(settings.MAIL_IN, start=1):
        sources = _sources(address)
        if not sources:
            # The checks refuse it before anything starts; who goes round them is told, and the others are fetched.
            logger.error("mailbox %d of MAIL_IN has an address that cannot be followed", number)
            troubles.append("mailbox_url")
        for source in sources:
            row = _row(number, source)
            rows.append(row.pk)
            if even_paused or row.is_due(timezone.now()):
                count, trouble = _take_turn(source, row)
                kept += count
                troubles += [trouble] if trouble else []
    _forget_others(rows)
    if troubles:
        raise TryLater(troubles[0])
    return kept


def watched_sources() -> list[Source]:
    """Those at which mail can be waited for (IMAP IDLE)."""
    return [source for address in settings.MAIL_IN for source in _sources(address) if source.host]


def _sources(address: str) -> tuple[Source, ...]:
    try:
        return read_sources(address)
    except SourceError:
        return ()


def _row(number: int, source: Source) -> Mailbox:
    """Found by a digest of where it is, whatever its place in MAIL_IN: it must hold no address."""
    name = f"{'imap' if source.host else 'maildir'} {digest('mailbox', source.identity)[:16]}"
    values = {"number": number, "folder": source.folder[:200] if source.host else ""}
    return Mailbox.objects.update_or_create(name=name, defaults=values)[0]


def _forget_others(rows: list[int]) -> None:
    """Those that MAIL_IN does not name any more; when it does again, what is there then is old mail."""
    if rows:
        Mailbox.objects.exclude(pk__in=rows).delete()


def _take_turn(source: Source, row: Mailbox) -> tuple[int, str]:
    kept, trouble, was_read = 0, "", True
    said = timezone.now()
    Mailbox.objects.filter(pk=row.pk).update(tried=said)
    try:
        if _disk_is_full():
            raise TryLater("disk_full")  # noqa: TRY301 - said in one place
        for _ in empty(source, row):
            kept += 1
            said = _say_alive(row, said)
    except LeftBehind as stop:
        trouble = stop.reason
    except TryLater as stop:
        trouble, was_read = stop.reason, False
    _note(row, trouble[:20], was_read=was_read)
    if trouble:
        logger.warning("mailbox %d: not all could be fetched (%s)", row.number, trouble)
    return kept, trouble


def _say_alive(row: Mailbox, said: datetime) -> datetime:
    """A first import of thousands is no mailbox at which nobody looks, nor one that is not being read."""
    now = timezone.now()
    if now - said < ALIVE_EVERY:
        return said
    Mailbox.objects.filter(pk=row.pk).update(tried=now, succeeded=now)
    return now


def _note(row: Mailbox, trouble: str, *, was_read: bool) -> None:
    now = timezone.now()
    values: dict[str, object] = {"tried": now, "trouble": trouble}
    if was_read:
        values |= {"succeeded": now, "failures": 0, "not_before": None, "imported": row.imported or now}
    else:
        pause = min(PAUSE * 2 ** min(row.failures, 10), LONGEST_PAUSE)
        values |= {"failures": row.failures + 1, "not_before": now + pause}
    Mailbox.objects.filter(pk=row.pk).update(**values)


def _disk_is_full() -> bool:
    """Above the mark mails stay where they are: better there than half written here."""
    usage = shutil.disk_usage(_existing(Path(settings.BLOBS_DIR)))
    return usage.used / usage.total > FULL_DISK


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
