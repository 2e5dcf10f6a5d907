"""What agents decide about a correspondent's keys: which one is right, and which is used no longer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from crypto.correspondents.history import Kind, note_decision
from crypto.digests import address_digest, fingerprint_digest
from crypto.models import PublicKey
from helpdesk.models import User

State = PublicKey.State
_LIVING = frozenset({State.IN_USE, State.PROPOSED})


def confirm_key(address: str, fingerprint: str, *, by: User, at: datetime) -> bool:
    """An agent has compared: use this key for the address and retire the others.

    False when there is no such key or it is retired, as by a colleague a moment ago. All rows of the address are
    locked, always in the same order, so of two agents who choose differently the second sees what the first did.
    """
    with transaction.atomic():
        rows = {row.fingerprint_digest: row for row in _locked(address) if row.state != State.RETIRED}
        chosen = rows.pop(fingerprint_digest(fingerprint), None)
        if chosen is None or chosen.state not in _LIVING:
            return False
        for row in rows.values():
            _retire(row, by=by, at=at)
        PublicKey.objects.filter(pk=chosen.pk).update(state=State.IN_USE)
        note_decision(chosen, Kind.CONFIRMED, by=by, at=at)
    return True


def retire_key(address: str, fingerprint: str, *, by: User, at: datetime) -> bool:
    """An agent says that this key is to be used no longer; False when there is none, or it is retired already."""
    with transaction.atomic():
        rows = {row.fingerprint_digest: row for row in _locked(address) if row.state != State.RETIRED}
        row = rows.get(fingerprint_digest(fingerprint))
        if row:
            _retire(row, by=by, at=at)
    return row is not None


def _locked(address: str) -> QuerySet[PublicKey]:
    rows = PublicKey.objects.filter(address_digest=address_digest(address))
    return rows.select_for_update().only("pk", "fingerprint_digest", "state").order_by("pk")


def _retire(row: PublicKey, *, by: User, at: datetime) -> None:
    PublicKey.objects.filter(pk=row.pk).update(state=State.RETIRED)
    note_decision(row, Kind.RETIRED, by=by, at=at)
