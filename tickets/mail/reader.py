"""The reader process: `python -m tickets.mail.reader module:function` forks a child with limits for each piece of work.

It is started by tickets/mail/sandbox.py with an empty environment and imports only what the job needs: no Django, no
settings, no keys. On its one socket come the limits and the ends of two pipes; the child reads the request from one
and writes the answer to the other. When the socket closes, the reader ends.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from tickets.mail.letter import MailError
from tickets.mail.sandbox import CONTROL, DONE, LIMITS, STOPPED

FILES = 16
"""The child may still load a codec from disk; of ours it has the two pipes only."""

Job = Callable[[bytes], bytes]


def main(name: str) -> None:
    """Serve until the socket closes."""
    os.closerange(CONTROL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])  # What a library left open for us.
    module, _, function = name.partition(":")
    job: Job = getattr(importlib.import_module(module), function)
    getattr(importlib.import_module(module), "warm_up", lambda: None)()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The kernel buries the children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker; we end when it does.
    control = socket.socket(fileno=CONTROL)
    gc.collect()
    gc.freeze()
    while True:
        limits, ends, _, _ = socket.recv_fds(control, LIMITS.size, 2)
        if not limits:
            return
        if os.fork() == 0:
            control.close()
            _be_the_child(job, limits, *ends)
        for end in ends:
            os.close(end)


def _be_the_child(job: Job, limits: bytes, request_end: int, answer_end: int) -> None:
    """Read, work, answer, and never return. The parent sees only what comes through the pipe."""
    code = 1
    try:
        _limit(*LIMITS.unpack(limits))
        with open(request_end, "rb") as pipe:
            request = pipe.read()
        try:
            answer = DONE + job(request)
        except MailError as error:
            answer = STOPPED + error.reason.encode("ascii", "replace")
        with open(answer_end, "wb") as pipe:
            pipe.write(answer)
        code = 0
    finally:
        os._exit(code)


def _limit(seconds: float, memory: int) -> None:
    """Wall clock, processor, memory on top of what the reader has, and no writing to disk."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    processor = max(int(seconds), 1)
    space = _own_address_space() + memory
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


def _own_address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1])
