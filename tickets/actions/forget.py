"""Forgetting: rows, files and the wrapped key of a ticket go for good; a tombstone without content stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crypto.keys import forget_keys
from crypto.models import SealKey
from crypto.vault import blob_store, digest
from helpdesk.lib.faults import fault_point
from tickets.models import Attachment, Incoming, Message, Ticket, Tombstone


def forget_ticket(ticket: Ticket, *, rule: Tombstone.Rule, now: datetime) -> bool:
    """Forget a closed ticket; False when it was reopened meanwhile.

    The state says first that it is going, so that no mail is filed into it any more; then everything goes in one
    transaction. Killed in between, the next run finishes it.
    """
    going = Ticket.objects.filter(pk=ticket.pk, state__in=[Ticket.State.CLOSED, Ticket.State.FORGETTING])
    if not going.update(state=Ticket.State.FORGETTING):
        return False
    fault_point("forget-locked")
    blobs = _blobs(ticket)
    with transaction.atomic():
        Tombstone.objects.get_or_create(
            number_digest=digest("ticket-number", ticket.number), defaults={"forgotten": now, "rule": rule}
        )
        requester = ticket.requester_digest
        Ticket.objects.filter(pk=ticket.pk).delete()
        SealKey.objects.filter(pk=ticket.pk).delete()
        if requester and not Ticket.objects.filter(requester_digest=requester).exists():
            forget_keys(requester)
        fault_point("forget-before-commit")
    for blob in blobs:
        blob_store().delete(blob)
    return True


def forget_incoming(incoming: Incoming) -> None:
    """Forget the bytes of a mail that was set aside; the row stays, so that the same bytes do not come back."""
    blob = incoming.blob
    with transaction.atomic():
        aside = Incoming.objects.filter(pk=incoming.pk, state=Incoming.State.SET_ASIDE)
        if not aside.update(key=None, blob=""):
            return
        SealKey.objects.filter(pk=incoming.pk).delete()
    if blob:
        blob_store().delete(blob)


def _blobs(ticket: Ticket) -> list[str]:
    raw = Message.objects.filter(ticket=ticket).exclude(raw_blob="").values_list("raw_blob", flat=True)
    files = Attachment.objects.filter(message__ticket=ticket).values_list("blob", flat=True)
    return [*raw, *files]
