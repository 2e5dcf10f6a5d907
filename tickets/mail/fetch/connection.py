"""Connections to IMAP servers: TLS with a checked certificate or none at all, and no server may hold or fill us up."""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError
from imapclient.tls import IMAP4_TLS

from tickets.mail.fetch.source import Source
from tickets.mail.letter import TryLater

SILENCE_SECONDS = 60
"""Between two pieces of what a server says."""
COMMAND_SECONDS = 120
"""For a whole answer, however busily a server says nothing; more for a mail, see `patience`."""
SLOWEST = 50_000
"""Bytes a second that a mail must come with, at least."""
LARGEST_MAIL = 40 * 1024 * 1024
_LARGEST_LITERAL = LARGEST_MAIL + LARGEST_MAIL // 4
"""Sizes are given before the mail is written out, and some servers are a little off."""
_LONGEST_LINE = 1_000_000
NONSENSE = (IMAPClientError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What imapclient and imaplib raise, sooner or later, when a server does not speak IMAP."""


class _Wire(IMAP4_TLS):  # type: ignore[misc]  # imapclient has no types
    """The connection below imapclient: what is read has a limit in size and in time."""

    seconds: float = COMMAND_SECONDS
    deadline: float = float("inf")
    begun: bytes = b""

    def send(self, data: bytes) -> None:
        """Each command starts the clock for its answer."""
        self.deadline = time.monotonic() + self.seconds
        super().send(data)

    def read(self, size: int) -> bytes:
        """A literal. Its size is the server's word: too much is not waited for (security.md T1, bombs)."""
        if size > _LARGEST_LITERAL:
            raise IMAPClientAbortError("a literal is too large")
        pieces = []
        while size > 0:
            piece = self.file.read1(min(size, 1 << 16))
            if not piece:
                raise IMAPClientAbortError("the connection ended in a literal")
            pieces.append(piece)
            size -= len(piece)
            self._look_at_the_clock()
        return b"".join(pieces)

    def readline(self) -> bytes:
        """A line. What there is of one is kept while imapclient only looks whether a server said something (IDLE)."""
        while not self.begun.endswith(b"\n"):
            ahead = self.file.peek(1)
            if not ahead:
                break
            self.begun += self.file.read(ahead.find(b"\n") + 1 or len(ahead))
            if len(self.begun) > _LONGEST_LINE:
                raise IMAPClientAbortError("a line is too long")
            self._look_at_the_clock()
        line, self.begun = self.begun, b""
        return line

    def _look_at_the_clock(self) -> None:
        if time.monotonic() > self.deadline:
            raise TimeoutError


class Client(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient over a wire with limits."""

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 - imapclient's name for it
        return _Wire(self.host, self.port, self.ssl_context, SILENCE_SECONDS)

    @contextmanager
    def patience(self, size: int = 0) -> Iterator[None]:
        """For an answer of this size: the time it may take."""
        self._imap.seconds = COMMAND_SECONDS + size / SLOWEST
        yield
        self._imap.seconds = COMMAND_SECONDS

    def wait_without_end(self) -> None:
        """The answer to IDLE has no end of its own; who waits for it looks at the clock."""
        self._imap.deadline = float("inf")


@contextmanager
def open_imap(source: Source) -> Iterator[Client]:
    """A signed-in connection; whatever goes wrong with it comes out as TryLater with a word for the coordinator.

    There is no way to connect without TLS, or to a server whose certificate does not fit (security.md T6).
    """
    try:
        trust = ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)
        client = Client(source.host, port=source.port, ssl_context=trust, timeout=SILENCE_SECONDS)
        try:
            client.login(source.user, source.password)
            yield client
        finally:
            client.shutdown()
    except (OSError, *NONSENSE) as error:
        raise TryLater(word_for(error)) from None


def word_for(error: Exception) -> str:
    """Why a mailbox cannot be read, as a word for Mailbox.trouble. The error's own text may name anything."""
    words: tuple[tuple[type[Exception], str], ...] = (
        (ssl.SSLCertVerificationError, "certificate"),
        (ssl.SSLError, "no_tls"),
        (TimeoutError, "no_answer"),
        (OSError, "unreachable"),
        (LoginError, "sign_in_refused"),
        (imaplib.IMAP4.abort, "hung_up"),
    )
    # imapclient calls it a refusal, too, when the server hangs up instead of answering to the name and password.
    cause = error.__context__ if isinstance(error.__context__, imaplib.IMAP4.abort) else error
    return next((word for kind, word in words if isinstance(cause, kind)), "nonsense")
