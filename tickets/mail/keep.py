"""Keeping a mail: its bytes are sealed and committed here before anything looks at them or removes them elsewhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from crypto.models import SealKey
from crypto.vault import blob_store, digest
from helpdesk.lib.faults import fault_point
from tickets.enqueue import enqueue
from tickets.models import Incoming


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a mail came from: the desk's name for the mailbox and, for IMAP, what makes it unique there."""

    mailbox: str
    uidvalidity: int | None = None
    uid: int | None = None


def keep_mail(raw: bytes, origin: Origin) -> uuid.UUID:
    """Seal a mail and commit it; give the id of its row. The same bytes, or the same UID, are kept once.

    When this returns, the mail is on our disk and may be removed where it came from (promise 1).
    """
    mark = digest("mail", raw)
    known = Incoming.objects.filter(digest=mark).values_list("pk", flat=True).first()
    if known:
        return known
    identity = uuid.uuid4()
    key = SealKey.objects.draft(identity)
    blob = key.write_blob(raw)
    fault_point("kept-blob")
    try:
        with transaction.atomic():
            key.save(force_insert=True)
            Incoming.objects.create(
                id=identity,
                key=key,
                mailbox=origin.mailbox,
                uidvalidity=origin.uidvalidity,
                uid=origin.uid,
                digest=mark,
                blob=blob,
                size=len(raw),
                received=timezone.now(),
            )
            enqueue("open_incoming", identity)
            fault_point("keep-before-commit")
    except IntegrityError:
        blob_store().delete(blob)
        return _already_kept(mark, origin)
    fault_point("keep-after-commit")
    return identity


def is_kept(origin: Origin) -> bool:
    """Whether the mail with this UID has been kept before, so that its bytes need not be fetched again."""
    return Incoming.objects.filter(
        mailbox=origin.mailbox, uidvalidity=origin.uidvalidity, uid=origin.uid
    ).exists()


def _already_kept(mark: str, origin: Origin) -> uuid.UUID:
    """Another worker kept it between our look and our write."""
    row = Incoming.objects.filter(digest=mark).first()
    if row is None:
        row = Incoming.objects.get(mailbox=origin.mailbox, uidvalidity=origin.uidvalidity, uid=origin.uid)
    return row.pk
