"""The history of a correspondent's key: where it was seen, what changed in it, and who decided what about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.models import KeyEvent, PublicKey
from helpdesk.models import User

Kind = KeyEvent.Kind


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a key was seen."""

    source: PublicKey.Source
    at: datetime
    encrypted: bool = False
    """Whether what brought it was encrypted to us and whole."""
    origin: UUID | None = None
    """The id of the message that brought it."""
    by: User | None = None
    """The agent who added it by hand or had it looked up."""


def note_sighting(row: PublicKey, seen: Sighting) -> None:
    """Once for each source, encrypted or not; each time where it counts what brought it.

    That is of a key that waits to be compared, and of one in use that nobody has compared, when it comes encrypted:
    each ticket uses it because of what came there.
    """
    same = row.events.filter(kind=Kind.SEEN, source=seen.source, encrypted=seen.encrypted)
    if (
        row.state == PublicKey.State.PROPOSED
        or not same.exists()
        or (seen.encrypted and not _is_compared(row))
    ):
        note_change(row, Kind.SEEN, seen)


def _is_compared(row: PublicKey) -> bool:
    return row.events.filter(kind=Kind.CONFIRMED).exists()


def note_change(row: PublicKey, kind: KeyEvent.Kind, seen: Sighting) -> None:
    """What a sighting brought: the key itself, a later expiry, a revocation."""
    KeyEvent.objects.create(
        public_key=row,
        kind=kind,
        source=seen.source,
        encrypted=seen.encrypted,
        origin=seen.origin,
        by=seen.by,
        at=seen.at,
    )


def note_decision(row: PublicKey, kind: KeyEvent.Kind, *, by: User, at: datetime) -> None:
    """What an agent decided about it."""
    KeyEvent.objects.create(public_key=row, kind=kind, by=by, at=at)
