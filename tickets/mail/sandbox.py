"""The one place that forks: work on hostile bytes is done in a child that has limits, no files of ours, and an end.

The child is a plain copy of this process, so it costs milliseconds. It cannot read our sockets (they are closed), it
cannot grow or run for ever (resource limits, and a clock here), and what it sends back is only bytes.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tickets.mail.letter import MailError, Quarantine

SECONDS = 20
MEMORY = 512 * 1024 * 1024
ANSWER_BYTES = 256 * 1024 * 1024
FILES = 16
"""The child may still load a codec from disk; it has no descriptor of ours to begin with."""

_DONE, _STOPPED = b"D", b"S"
_CHUNK = 1024 * 1024


def call_in_child(work: Callable[[], bytes], *, seconds: float = SECONDS, memory: int = MEMORY) -> bytes:
    """What `work` returns, from a forked child. Quarantine with its reason if it raised one; any other end of the
    child (crash, limit, clock, rubbish) is Quarantine('could_not_be_read'). For single-threaded callers.
    """
    reading, writing = os.pipe()
    address_space = _own_address_space() + memory
    child = os.fork()
    if child == 0:  # pragma: no cover - coverage does not see into a child that ends by os._exit
        _be_the_child(work, writing, seconds, address_space)
    os.close(writing)
    try:
        answer = _read_all(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        _end(child)
    return _understood(answer)


def _understood(answer: bytes) -> bytes:
    kind, content = answer[:1], answer[1:]
    if kind == _DONE:
        return content
    reason = content.decode("ascii", "replace")
    if kind == _STOPPED and reason.isidentifier() and len(reason) <= 40:
        raise Quarantine(reason)
    raise Quarantine("could_not_be_read")


def _read_all(reading: int, deadline: float) -> bytes:
    """Everything until the child closes its end; nothing at all when it is late or sends too much."""
    pieces: list[bytes] = []
    size = 0
    while True:
        ready, _, _ = select.select([reading], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            return b""
        piece = os.read(reading, _CHUNK)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > ANSWER_BYTES:
            return b""


def _end(child: int) -> None:
    """Killing one that has ended does no harm: it is ours until it is waited for."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _own_address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _be_the_child(
    work: Callable[[], bytes], writing: int, seconds: float, address_space: int
) -> None:  # pragma: no cover - as above
    try:
        gc.disable()
        _shed(writing)
        _limit(seconds, address_space)
        try:
            answer = _DONE + work()
        except MailError as error:
            answer = _STOPPED + error.reason.encode("ascii", "replace")
        view = memoryview(answer)
        while view:
            view = view[os.write(_ANSWER_FILE, view) :]
    except BaseException:  # noqa: BLE001 - the child has nobody to raise to; the parent sees that nothing came
        os._exit(1)
    finally:
        os._exit(0)


_ANSWER_FILE = 3


def _shed(writing: int) -> None:  # pragma: no cover - as above
    """Lets go of everything that is the parent's: signals' handlers, standard streams, every open file."""
    signal.set_wakeup_fd(-1)
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGALRM,
        signal.SIGCHLD,
        signal.SIGHUP,
        signal.SIGUSR1,
    ):
        signal.signal(number, signal.SIG_DFL)
    if writing != _ANSWER_FILE:
        os.dup2(writing, _ANSWER_FILE)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.closerange(_ANSWER_FILE + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _limit(seconds: float, address_space: int) -> None:  # pragma: no cover - as above
    processor = max(int(seconds), 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
