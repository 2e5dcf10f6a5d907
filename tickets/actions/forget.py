"""Forgetting: rows, files and the wrapped key of a ticket go for good; a tombstone without content stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from crypto.keys import forget_keys
from crypto.models import PublicKey, SealKey
from crypto.vault import blob_store, digest
from helpdesk.lib.faults import fault_point
from tickets.models import Attachment, Incoming, Message, Ticket, Tombstone


def forget_ticket(ticket: Ticket, *, rule: Tombstone.Rule, now: datetime, closed_by: datetime) -> bool:
    """Forget a ticket that was closed at `closed_by` or before; False when it was opened meanwhile.

    The state says first that it is going, so that no mail is filed into it any more; then everything goes in one
    transaction. Killed in between, the next run finishes it.
    """
    is_due = Q(state=Ticket.State.CLOSED, closed__lte=closed_by) | Q(state=Ticket.State.FORGETTING)
    if not Ticket.objects.filter(is_due, pk=ticket.pk).update(state=Ticket.State.FORGETTING):
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
    """Forget the bytes of a mail that nobody filed; the row stays, so that the same bytes do not come back.

    What was in quarantine is set aside from now on, under its reason: there is nothing left to try again.
    """
    blob = incoming.blob
    with transaction.atomic():
        waiting = Incoming.objects.waiting_for_somebody().filter(pk=incoming.pk)
        if not waiting.update(key=None, blob="", state=Incoming.State.SET_ASIDE):
            return
        SealKey.objects.filter(pk=incoming.pk).delete()
    if blob:
        blob_store().delete(blob)


def forget_stray_keys() -> int:
    """Forget the OpenPGP keys of people who have no ticket; give of how many people.

    Two purges that forget a person's last two tickets at one moment see each the other's ticket still there.
    """
    known = Ticket.objects.filter(requester_digest=OuterRef("address_digest"))
    strays = PublicKey.objects.filter(~Exists(known)).values_list("address_digest", flat=True)
    people = set(strays)
    for person in people:
        with transaction.atomic():
            forget_keys(person)
    return len(people)


def _blobs(ticket: Ticket) -> list[str]:
    raw = Message.objects.filter(ticket=ticket).exclude(raw_blob="").values_list("raw_blob", flat=True)
    files = Attachment.objects.filter(message__ticket=ticket).values_list("blob", flat=True)
    return [*raw, *files]
