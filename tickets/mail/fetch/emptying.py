"""Emptying: each mail of a source is kept here, committed, and only then removed, moved or noted there."""

from __future__ import annotations

import mailbox
import uuid
from collections.abc import Iterator

from crypto.errors import CryptoError
from helpdesk.lib.faults import fault_point
from tickets.mail.fetch.connection import LARGEST_MAIL, NONSENSE, open_imap, word_for
from tickets.mail.fetch.imap import ImapFolder
from tickets.mail.fetch.source import After, Source
from tickets.mail.keep import Origin, is_kept, keep_mail
from tickets.mail.letter import TryLater
from tickets.models import Mailbox

BROKEN_AT_MOST = 3
"""Mails that break the connection, passed over in one turn before the server is left alone for a while."""


class LeftBehind(TryLater):
    """A mail stays where it was and somebody should look at it; all others were kept."""


class _Broken(TryLater):
    """The server cannot give this mail, and perhaps nothing more on this connection."""

    def __init__(self, reason: str, uid: int) -> None:
        super().__init__(reason)
        self.uid = uid


def empty(source: Source, row: Mailbox) -> Iterator[uuid.UUID]:
    """Keep what is there, giving the row of each mail once it is done with. Raises TryLater and LeftBehind."""
    yield from _empty_account(source, row) if source.host else _empty_maildir(source, row)


def _empty_maildir(source: Source, row: Mailbox) -> Iterator[uuid.UUID]:
    try:
        box = mailbox.Maildir(source.folder, create=True)
        keys = sorted(box.keys())  # A name begins with its time: a conversation is kept in its order.
    except OSError:
        raise TryLater("no_directory") from None
    left = ""
    for key in keys:
        try:
            raw = _read_file(box, key)
        except (KeyError, FileNotFoundError):
            continue  # Another worker took it.
        except OSError:
            left = "unreadable"
            continue
        if len(raw) > LARGEST_MAIL:
            left = "too_large"
            continue
        fault_point("fetched")
        yield _keep(raw, Origin(row.name), source, row)
        box.discard(key)
        fault_point("removed")
    if left:
        raise LeftBehind(left)


def _read_file(box: mailbox.Maildir, key: str) -> bytes:
    with box.get_file(key) as file:
        raw: bytes = file.read(LARGEST_MAIL + 1)
    return raw


def _empty_account(source: Source, row: Mailbox) -> Iterator[uuid.UUID]:
    """A mail that breaks the connection is passed over by the next one: it holds up no other."""
    broken: dict[int, str] = {}
    is_done = False
    while not is_done:
        try:
            with open_imap(source) as client:
                yield from _empty_folder(ImapFolder(client, source.folder), source, row, broken)
            is_done = True
        except _Broken as stop:
            broken[stop.uid] = stop.reason
            if len(broken) > BROKEN_AT_MOST:
                raise TryLater(stop.reason) from None


def _empty_folder(
    folder: ImapFolder, source: Source, row: Mailbox, broken: dict[int, str]
) -> Iterator[uuid.UUID]:
    _begin(folder, source, row)
    left = set(broken.values())
    for uid, size in folder.sizes(above=row.last_uid if source.after is After.LEAVE else 0):
        if uid in broken or size > LARGEST_MAIL:
            continue
        origin = Origin(row.name, folder.validity, uid)
        is_known = source.after is not After.DELETE and is_kept(origin)
        raw = None if is_known else _read(folder, uid, size)
        if raw is not None:
            fault_point("fetched")
            yield _keep(raw, origin, source, row)
        elif not is_known:
            left |= {"unreadable"} if folder.is_there(uid) else set()
            continue
        # Once one could not be read the mark stays below it: it is tried again each time.
        left |= _part_with(folder, uid, source, None if left else row)
        fault_point("removed")
    left |= {"too_large"} if folder.has_larger(LARGEST_MAIL) else set()
    if left:
        raise LeftBehind(min(left))


def _begin(folder: ImapFolder, source: Source, row: Mailbox) -> None:
    """Numbers of another validity say nothing (RFC 3501, 2.3.1.1): all is read again, and known by its bytes."""
    if row.uidvalidity != folder.validity:
        row.uidvalidity, row.last_uid = folder.validity, 0
        row.save(update_fields=["uidvalidity", "last_uid"])
    if source.after is After.LEAVE:
        return
    # A worker died between marking its mail and removing it. What others marked is theirs: it stays, and unfiled.
    for uid in folder.marked():
        if is_kept(Origin(row.name, folder.validity, uid)):
            folder.remove(uid)


def _read(folder: ImapFolder, uid: int, size: int) -> bytes | None:
    try:
        return folder.read(uid, size)
    except TryLater as stop:
        raise _Broken(stop.reason, uid) from None
    except (OSError, *NONSENSE) as error:
        raise _Broken(word_for(error), uid) from None


def _keep(raw: bytes, origin: Origin, source: Source, row: Mailbox) -> uuid.UUID:
    """What was there before the desk is filed silently, or thousands of old senders would get mail."""
    try:
        return keep_mail(raw, origin, silent=row.imported is None and not source.first_speaks)
    except (CryptoError, OSError):
        raise TryLater("cannot_keep") from None  # The mail stays where it is, and so do those after it.


def _part_with(folder: ImapFolder, uid: int, source: Source, row: Mailbox | None) -> set[str]:
    """What its address says becomes of a mail that is kept here; the trouble with that, if any."""
    if source.after is After.DELETE:
        folder.remove(uid)
    elif source.after is After.MOVE:
        return set() if folder.move(uid, source.archive) else {"no_archive"}
    elif row is not None:
        mine = Mailbox.objects.filter(pk=row.pk, uidvalidity=row.uidvalidity, last_uid__lt=uid)
        mine.update(last_uid=uid)
    return set()
