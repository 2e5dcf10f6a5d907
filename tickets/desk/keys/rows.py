"""The keys of a requester as a page shows them: what each is, how it came, and what speaks for or against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from crypto.correspondents.known_keys import KeyMoment, KnownKey
from crypto.verdict import SignatureState
from helpdesk.models import User
from tickets.access import keys_of, messages_among
from tickets.desk.keys.words import change_in_words, sighting_in_words, state_in_words
from tickets.models import Message, Ticket

SHOWN = 20
"""So many lines of one key's history: the first, and the newest. A key may come with every mail."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a key, and the mail that did it, if the reader may see that."""

    at: datetime
    words: str
    message: Message | None
    is_hidden: bool
    """A mail brought it, in a ticket that is not the reader's or is gone."""
    is_vouched: bool
    """The mail that brought it was signed as a whole by the other key, the one known then."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key, and what one may do with it."""

    key: KnownKey
    state: str
    level: str
    names_them: bool
    """One of its user ids is the requester's address."""
    history: list[HistoryLine]
    left_out: int
    can_be_confirmed: bool
    can_be_retired: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two keys of one person, or the first one that nobody vouches for."""

    known: KeyRow | None
    other: KeyRow
    sentences: list[str]

    @property
    def is_found_by_us(self) -> bool:
        """Whether the other one did not come from the person at all: an agent added it or had it looked up."""
        return not any(moment.origin for moment in self.other.key.history)

    def __contains__(self, row: KeyRow) -> bool:
        return row in (self.known, self.other)


_LEVELS = {"in_use": "protected", "proposed": "careful", "retired": "information", "unusable": "careful"}


def key_rows(user: User, ticket: Ticket, *, now: datetime) -> list[KeyRow]:
    """All keys of the ticket's requester; a constant number of queries."""
    keys = keys_of(ticket, now=now)
    origins = [moment.origin for key in keys for moment in key.history if moment.origin]
    seen = messages_among(user, origins)
    return [_row(key, ticket, seen) for key in keys]


def comparison_of(rows: Sequence[KeyRow], fingerprint: str) -> Comparison | None:
    """The key of this fingerprint beside the one in use, if that is another."""
    other = next((row for row in rows if row.key.fingerprint == fingerprint), None)
    if other is None:
        return None
    known = next((row for row in rows if row.key.state == "in_use" and row != other), None)
    return Comparison(known, other, list(_sentences(known, other)))


def _row(key: KnownKey, ticket: Ticket, seen: Mapping[UUID, Message]) -> KeyRow:
    moments = key.history if len(key.history) <= SHOWN else (key.history[0], *key.history[1 - SHOWN :])
    address = ticket.requester_address.lower()
    return KeyRow(
        key=key,
        state=state_in_words(key.state, key.trouble),
        level=_LEVELS[key.state] if not key.trouble else "careful",
        names_them=address in {each.lower() for each in key.addresses},
        history=list(_lines(key, moments, seen)),
        left_out=len(key.history) - len(moments),
        can_be_confirmed=not key.trouble and (key.state == "proposed" or _is_used_unasked(key)),
        can_be_retired=key.state != "retired",
    )


def _is_used_unasked(key: KnownKey) -> bool:
    return key.state == "in_use" and not any(moment.kind == "confirmed" for moment in key.history)


def _lines(
    key: KnownKey, moments: Iterable[KeyMoment], seen: Mapping[UUID, Message]
) -> Iterable[HistoryLine]:
    sources: set[str] = set()
    for moment in moments:
        message = seen.get(moment.origin) if moment.origin else None
        yield HistoryLine(
            at=moment.at,
            words=_words(moment, again=moment.kind == "seen" and bool(sources)),
            message=message,
            is_hidden=moment.origin is not None and message is None,
            is_vouched=_is_vouched(moment, message, key),
        )
        if moment.kind == "seen":
            sources.add(moment.source)


def _words(moment: KeyMoment, *, again: bool) -> str:
    if moment.kind == "seen":
        words = sighting_in_words(moment.source, encrypted=moment.encrypted, again=again)
    else:
        words = change_in_words(moment.kind)
    return f"{moment.by}: {words}" if moment.by else words


def _is_vouched(moment: KeyMoment, message: Message | None, key: KnownKey) -> bool:
    """Whether the known key's signature is over this key, too. No signature covers what stands beside the protection."""
    if message is None or message.signature != SignatureState.VALID:
        return False
    is_covered = moment.encrypted or moment.source == "attachment"
    return bool(is_covered and message.signature_fingerprint != key.fingerprint)


def _sentences(known: KeyRow | None, other: KeyRow) -> Iterable[str]:
    if known:
        yield _("These are two different keys, not two copies of one.")
    yield _how_it_came(known, other)
    if known and known.key.made and other.key.made and known.key.made != other.key.made:
        is_later = other.key.made > known.key.made
        yield _("The other one was made later.") if is_later else _("The other one was made earlier.")
    if not other.names_them:
        yield (
            _("The other one does not name their address.") if known else _("It does not name their address.")
        )
    yield _("Ask the person for their fingerprint on another way than mail.")


def _how_it_came(known: KeyRow | None, other: KeyRow) -> str:
    came = other.key.history
    if any(line.is_vouched for line in other.history):
        return _(
            "A mail that brought the other one was signed by the key we know: its writer has that key, too."
        )
    if any(moment.encrypted for moment in came):
        words = _("It came in an encrypted mail: anybody can encrypt to us under any name.")
        changed = _(
            "The other one came in an encrypted mail that the key we know did not sign: anybody can encrypt to us under"
            " any name."
        )
        return changed if known else words
    if any(moment.origin for moment in came):
        words = _("It came in clear: anybody on the way could have put it there.")
        return (
            _("The other one came in clear: anybody on the way could have put it there.") if known else words
        )
    words = _("It did not come from the person: an agent added it or had it looked up.")
    changed = _("The other one did not come from the person: an agent added it or had it looked up.")
    return changed if known else words
