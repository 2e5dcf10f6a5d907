"""Retention: what is forgotten when, and the daily change of the epoch key that makes it final."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from crypto.errors import SealError
from crypto.models import SealKey
from crypto.vault import blob_store, epoch_keys
from tickets import breaker
from tickets.actions.forget import forget_incoming, forget_stray_keys, forget_ticket
from tickets.models import Attachment, Ciphertext, Incoming, Message, Ticket, Tombstone

logger = logging.getLogger(__name__)

BATCH = 500
ORPHAN_SECONDS = 24 * 60 * 60
CIPHERTEXTS_KEPT = timedelta(days=365)


def rotate_epoch_keys(now: datetime) -> None:
    """A new epoch key for the day, all keys wrapped with it, and those destroyed that are older than any backup.

    Several runs on one day change nothing more. An epoch key that still wraps anything is never destroyed.
    """
    epochs, today = epoch_keys(), now.date()
    newest = epochs.newest_day()
    if newest is None or newest < today:
        epochs.create(today)
    wrapped, broken = rewrap_all(epochs.newest())
    in_use = set(SealKey.objects.values_list("epoch", flat=True).distinct())
    gone = epochs.destroy_older_than(today - timedelta(days=settings.BACKUP_LIFE_DAYS), in_use=in_use)
    logger.info("epoch keys: %d keys wrapped anew, %d epoch keys destroyed", wrapped, len(gone))
    if broken:
        logger.error("epoch keys: %d wrapped keys cannot be opened and stay as they are", broken)


@transaction.atomic
def rewrap_all(epoch: str) -> tuple[int, int]:
    """Wrap every key with this epoch key, in one transaction; give how many, and how many could not be opened."""
    wrapped, broken = [], 0
    for row in SealKey.objects.exclude(epoch=epoch).select_for_update():
        try:
            row.rewrap(epoch)
        except SealError:
            broken += 1
        else:
            wrapped.append(row)
    SealKey.objects.bulk_update(wrapped, ["epoch", "wrapped"], batch_size=BATCH)
    return len(wrapped), broken


def purge(now: datetime) -> int:
    """Forget what was kept for longer than FORGET_AFTER_DAYS; give how many tickets.

    May be killed at any point and run again.
    """
    before = now - timedelta(days=settings.FORGET_AFTER_DAYS)
    forgotten = _forget_tickets(before, now)
    waiting = Incoming.objects.waiting_for_somebody().filter(received__lte=before, key__isnull=False)
    for incoming in waiting.iterator(chunk_size=BATCH):
        forget_incoming(incoming)
    forget_stray_keys()
    breaker.forget_counts(now)
    Ciphertext.objects.filter(first_seen__lte=now - CIPHERTEXTS_KEPT).delete()
    call_command("clearsessions")
    remove_orphans(time.time())
    _truncate_log()
    logger.info("purge: %d tickets forgotten", forgotten)
    return forgotten


def forgotten_at(incoming: Incoming) -> datetime:
    """When the bytes of a mail that nobody files are forgotten."""
    return incoming.received + timedelta(days=settings.FORGET_AFTER_DAYS)


def _forget_tickets(before: datetime, now: datetime) -> int:
    old = Ticket.objects.filter(state=Ticket.State.CLOSED, closed__lte=before)
    begun = Ticket.objects.filter(state=Ticket.State.FORGETTING)
    return sum(
        forget_ticket(ticket, rule=Tombstone.Rule.CLOSED_LONG_AGO, now=now, closed_by=before)
        for ticket in (old | begun).iterator(chunk_size=BATCH)
    )


def remove_orphans(now: float) -> int:
    """Unlink sealed files that no row names, a day after they were written: left behind by a crash."""
    store = blob_store()
    store.remove_drafts(now - ORPHAN_SECONDS)
    # Listed first, and old enough for their rows to be committed: what the rows do not name now is named by none.
    orphans = {name for name in store.names() if store.age(name, now) > ORPHAN_SECONDS}
    if orphans:
        orphans -= _named_blobs()
    for name in orphans:
        store.delete(name)
    return len(orphans)


def _named_blobs() -> set[str]:
    raw = Message.objects.exclude(raw_blob="").values_list("raw_blob", flat=True)
    files = Attachment.objects.values_list("blob", flat=True)
    kept = Incoming.objects.exclude(blob="").values_list("blob", flat=True)
    return {*raw.iterator(), *files.iterator(), *kept.iterator()}


def _truncate_log() -> None:
    """SQLite keeps deleted pages in its write-ahead log until a checkpoint."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
