"""An IMAP folder: its mails are listed, read and removed one by one, by their UIDs and never by anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from helpdesk.lib.faults import fault_point
from tickets.mail.fetch.connection import LARGEST_MAIL, Client, open_imap
from tickets.mail.fetch.source import Source
from tickets.mail.letter import TryLater

IDLE_SECONDS = 9 * 60  # Servers may hang up after 29 minutes (RFC 2177), routers between us after ten.
_UIDS_AT_ONCE = 50_000
"""Asked for in one SEARCH: the answer is one line, and lines have a limit."""
_SEARCHES_AT_MOST = 20
"""Where a server's numbers are far apart."""
_SIZES_AT_ONCE = 500


class ImapFolder:
    """A folder of a connection, selected."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        try:
            selected = client.select_folder(name)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            raise TryLater("no_folder") from None
        self.validity = int(selected[b"UIDVALIDITY"])
        self._next = int(selected.get(b"UIDNEXT", 0))

    def sizes(self, above: int = 0) -> Iterator[tuple[int, int]]:
        """The UIDs above this one and the size of each mail, as the server has it; oldest first, each once.

        What somebody marked deleted is theirs.
        """
        for uids in self._uids(above):
            for start in range(0, len(uids), _SIZES_AT_ONCE):
                some = uids[start : start + _SIZES_AT_ONCE]
                found = self._client.fetch(some, [b"RFC822.SIZE"])
                yield from ((uid, int(found.get(uid, {}).get(b"RFC822.SIZE", 0))) for uid in some)

    def marked(self) -> list[int]:
        """The UIDs of those that are marked deleted, by whomever."""
        return sorted(set(self._client.search(["DELETED"])))

    def has_larger(self, size: int) -> bool:
        """Whether a mail is there that is larger than this."""
        return bool(self._client.search(["UNDELETED", "LARGER", str(size)]))

    def is_there(self, uid: int) -> bool:
        """Whether the server still lists a mail. It tells of those that others removed when nothing is asked."""
        self._client.noop()
        return uid in self._client.search(["UNDELETED", "UID", str(uid)])

    def read(self, uid: int, size: int) -> bytes | None:
        """A whole mail, without marking it seen; None for one that another worker has removed meanwhile.

        A size that is not the one announced is a server's habit (Exchange), or a mail cut short: it is read once more,
        and believed when it is the same. Raises TryLater for what cannot be read.
        """
        with self._client.patience(size):
            raw = self._body(uid)
            if raw is None or len(raw) == size:
                return raw
            again = self._body(uid)
        if again is None or len(again) == size or again == raw:
            return again
        raise TryLater("nonsense")

    def remove(self, uid: int) -> None:
        """Delete one mail (RFC 4315): never a plain EXPUNGE, which would take other people's mails along."""
        self._client.delete_messages([uid], silent=True)
        fault_point("marked-deleted")
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge([uid])

    def move(self, uid: int, folder: str) -> bool:
        """Move one mail (RFC 6851), or copy and delete it where the server cannot; the folder is made if need be.

        False when the server does not take it there.
        """
        can_move = self._client.has_capability("MOVE")
        put = self._client.move if can_move else self._client.copy
        try:
            self._or_make(folder, put, uid)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return False
        if not can_move:
            fault_point("copied")
            self.remove(uid)
        return True

    def _or_make(self, folder: str, put: Callable[[Sequence[int], str], object], uid: int) -> None:
        try:
            put([uid], folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            self._client.create_folder(folder)
            put([uid], folder)

    def _uids(self, above: int) -> Iterator[list[int]]:
        first, last = above + 1, self._next - 1
        step = max(_UIDS_AT_ONCE, (last - first) // _SEARCHES_AT_MOST)
        while first + step <= last:
            yield self._between(first, str(first + step - 1))
            first += step
        yield self._between(first, "*")

    def _between(self, first: int, last: str) -> list[int]:
        """`n:*` names the last mail even when its UID is below n (RFC 3501, 6.4.8)."""
        found = self._client.search(["UNDELETED", "UID", f"{first}:{last}"])
        return sorted({int(uid) for uid in found if uid >= first})

    def _body(self, uid: int) -> bytes | None:
        answer = self._client.fetch([uid], [b"BODY.PEEK[]"])
        if uid not in answer:
            return None
        raw = answer[uid].get(b"BODY[]")
        if not isinstance(raw, bytes) or len(raw) > LARGEST_MAIL:
            raise TryLater("unreadable")
        return raw


def wait_for_mail(source: Source, waiting: Callable[[], None] = lambda: None) -> bool | None:
    """IDLE at a folder (RFC 2177) until something happens there or it is time to look anyway; None: it knows no IDLE.

    Of what came before it says nothing: who looks once `waiting` was called misses no mail.
    """
    with open_imap(source) as client:
        if not client.has_capability("IDLE"):
            waiting()
            return None
        client.select_folder(source.folder, readonly=True)
        client.idle()
        client.wait_without_end()
        try:
            waiting()
            return bool(client.idle_check(timeout=IDLE_SECONDS))
        finally:
            client.idle_done()
