"""Retention: what is forgotten when, and the daily change of the epoch key that makes it final."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from crypto.models import SealKey
from crypto.vault import blob_store, epoch_keys
from tickets.actions.forget import forget_incoming, forget_ticket
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
    names = epochs.names()
    if not names or names[-1][6:16] < today.isoformat():
        epochs.create(today)
    wrapped = rewrap_all(epochs.newest())
    gone: list[str] = []
    if not SealKey.objects.exclude(epoch=epochs.newest()).exists():
        gone = epochs.destroy_older_than(today - timedelta(days=settings.BACKUP_LIFE_DAYS))
    logger.info("epoch keys: %d keys wrapped anew, %d epoch keys destroyed", wrapped, len(gone))


@transaction.atomic
def rewrap_all(epoch: str) -> int:
    """Wrap every key with this epoch key, in one transaction; give how many."""
    rows = list(SealKey.objects.exclude(epoch=epoch).select_for_update())
    for row in rows:
        row.rewrap(epoch)
    SealKey.objects.bulk_update(rows, ["epoch", "wrapped"], batch_size=BATCH)
    return len(rows)


def purge(now: datetime) -> int:
    """Forget closed tickets and set-aside mail kept longer than FORGET_AFTER_DAYS; give how many tickets.

    May be killed at any point and run again.
    """
    before = now - timedelta(days=settings.FORGET_AFTER_DAYS)
    old = Ticket.objects.filter(state=Ticket.State.CLOSED, closed__lte=before)
    begun = Ticket.objects.filter(state=Ticket.State.FORGETTING)
    forgotten = sum(
        forget_ticket(ticket, rule=Tombstone.Rule.CLOSED_LONG_AGO, now=now)
        for ticket in (old | begun).iterator(chunk_size=BATCH)
    )
    aside = Incoming.objects.filter(state=Incoming.State.SET_ASIDE, received__lte=before, key__isnull=False)
    for incoming in aside.iterator(chunk_size=BATCH):
        forget_incoming(incoming)
    Ciphertext.objects.filter(first_seen__lte=now - CIPHERTEXTS_KEPT).delete()
    remove_orphans(time.time())
    _truncate_log()
    logger.info("purge: %d tickets forgotten", forgotten)
    return forgotten


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
