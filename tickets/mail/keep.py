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


def keep_mail(raw: bytes, origin: Origin, *, silent: bool = False, is_told: bool = True) -> uuid.UUID:
    """Seal a mail and commit it; give the id of its row. The same bytes are kept once.

    When this returns, the mail is on our disk and may be removed where it came from (promise 1). Because of a
    silent one nobody gets automatic mail: it was there before the desk. Who files it at once tells no worker of it.
    """
    mark = digest("mail", raw)
    known = _kept_before(mark)
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
                silent=silent,
            )
            if is_told:
                enqueue("open_incoming", identity)
            fault_point("keep-before-commit")
    except IntegrityError:
        blob_store().delete(blob)
        known = _kept_before(mark)
        if known:
            return known  # By another worker, between our look and our write.
        if origin.uid is None:
            raise
        # The server gave two mails one UID, against RFC 3501 (2.3.1.1). The bytes count: nothing is lost.
        return keep_mail(raw, Origin(origin.mailbox), silent=silent, is_told=is_told)
    fault_point("keep-after-commit")
    return identity


def is_kept(origin: Origin) -> bool:
    """Whether a mail with this UID has been kept before, so that what is left of it there may go."""
    return Incoming.objects.filter(
        mailbox=origin.mailbox, uidvalidity=origin.uidvalidity, uid=origin.uid
    ).exists()


def _kept_before(mark: str) -> uuid.UUID | None:
    return Incoming.objects.filter(digest=mark).values_list("pk", flat=True).first()
