"""Work on hostile bytes happens in a child that has limits, an end, and nothing of ours in its memory.

A small reader process (tickets/mail/reading/reader.py) is started once, with an empty environment: it has never seen a key, a
password or another mail. For each piece of work it forks a child, and this module hands that child its bytes and takes
its answer. Forking the small process costs a third of what forking a worker costs, and the child holds no secrets.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import socket
import struct
import sys
import threading
import time
from pathlib import Path

from tickets.mail.letter import Quarantine

SECONDS = 20.0
MEMORY = 512 * 1024 * 1024
ANSWER_BYTES = 256 * 1024 * 1024
LIMITS = struct.Struct("!dQ")
DONE, STOPPED = b"D", b"S"
CONTROL = 3
"""The reader's end of the socket on which it is told of work."""

_ROOT = Path(__file__).resolve().parents[2]
_CHUNK = 1024 * 1024


class Sandbox:
    """A reader process for one job, named 'module:function' (bytes → bytes). Started when first needed."""

    def __init__(self, job: str) -> None:
        self.job = job
        self._lock = threading.Lock()
        self._owner = 0
        self._reader = 0
        self._control: socket.socket | None = None

    def call(self, request: bytes, *, seconds: float = SECONDS, memory: int = MEMORY) -> bytes:
        """What the job makes of the request, in a child of its own.

        Raises Quarantine with the job's own reason if it raised one; any other end of the child (crash, limit, clock,
        rubbish) is Quarantine('could_not_be_read').
        """
        deadline = time.monotonic() + seconds
        childs_in, our_out = os.pipe()
        our_in, childs_out = os.pipe()
        try:
            self._tell(LIMITS.pack(seconds, memory), [childs_in, childs_out])
            _write_all(our_out, request)
            return _understood(_read_all(our_in, deadline))
        finally:
            os.close(our_in)

    def close(self) -> None:
        """End the reader process, if there is one of ours."""
        with self._lock:
            self._forget()

    def _tell(self, limits: bytes, ends: list[int]) -> None:
        """Give the reader the child's ends of the pipes; one that has died is replaced once."""
        try:
            with self._lock:
                try:
                    socket.send_fds(self._connected(), [limits], ends)
                except ConnectionError:
                    self._forget()
                    socket.send_fds(self._connected(), [limits], ends)
        finally:
            for end in ends:
                os.close(end)

    def _connected(self) -> socket.socket:
        if self._owner != os.getpid():
            self._forget()
        if self._control is None:
            self._reader, self._control = _start_reader(self.job)
            self._owner = os.getpid()
            atexit.register(self.close)
        return self._control

    def _forget(self) -> None:
        """Close our end, at which a reader of ours ends; one that we share with the process we were forked from stays."""
        if self._control is None:
            return
        self._control.close()
        self._control = None
        atexit.unregister(self.close)
        if self._owner == os.getpid():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._reader, 0)


def _start_reader(job: str) -> tuple[int, socket.socket]:
    """Start the reader with an empty environment and no open file but its end of the socket."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "tickets.mail.reading.reader", job],
            {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, its.fileno(), CONTROL),
            ],
        )
    return process, ours


def _write_all(end: int, request: bytes) -> None:
    """All of the request, or as much as a child took that died of it: its answer will tell."""
    with contextlib.suppress(BrokenPipeError), open(end, "wb", buffering=0) as pipe:
        view = memoryview(request)
        while view:
            view = view[pipe.write(view) :]


def _read_all(end: int, deadline: float) -> bytes:
    """Everything until the child closes its end; nothing at all when it is late or sends too much."""
    pieces: list[bytes] = []
    size = 0
    while True:
        ready, _, _ = select.select([end], [], [], max(deadline - time.monotonic(), 0))
        piece = os.read(end, _CHUNK) if ready else None
        if piece == b"":
            return b"".join(pieces)
        size += len(piece or b"")
        if piece is None or size > ANSWER_BYTES:
            return b""
        pieces.append(piece)


def _understood(answer: bytes) -> bytes:
    kind, content = answer[:1], answer[1:]
    if kind == DONE:
        return content
    reason = content.decode("ascii", "replace")
    if kind == STOPPED and reason.isidentifier() and len(reason) <= 40:
        raise Quarantine(reason)
    raise Quarantine("could_not_be_read")
