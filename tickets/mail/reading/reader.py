"""The reader process: `python -m tickets.mail.reading.reader module:function` forks a child with limits for each piece of work.

It is started by tickets/mail/reading/sandbox.py with an empty environment and imports only what the job needs: no Django, no
settings, no keys. One child is always forked ahead and warm, waiting on the socket; when it is given work (the limits
and the ends of two pipes) the next one is forked. When the socket closes, all of them end.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from tickets.mail.letter import MailError
from tickets.mail.reading.sandbox import CONTROL, DONE, LIMITS, STOPPED

FILES = 16
"""The child may still load a codec from disk; of ours it has the two pipes only."""

_END = b"E"
_YOUNG_OBJECTS = 50_000
"""Before rubbish is looked for. A child lives for one mail, and most mails make less."""
_MOMENT = 0.02
"""Most mails are read in less: until then, forking would only take the processor from the child that reads."""

Job = Callable[[bytes], bytes]
Warming = Callable[[], None]


def main(name: str) -> None:
    """Serve until the socket closes."""
    # What a library left open for us.
    os.closerange(CONTROL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    module, _, function = name.partition(":")
    job: Job = getattr(importlib.import_module(module), function)
    warm_up: Warming = getattr(sys.modules[module], "warm_up", lambda: None)
    touch: Warming = getattr(sys.modules[module], "touch", lambda: None)
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The kernel buries the children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker; we end when it does.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    while _fork_one(job, touch):
        pass


def _fork_one(job: Job, touch: Warming) -> bool:
    """Fork a child and wait until it has done its work, or is long at it. False when there will be no more work."""
    news, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(news)
        _be_the_child(job, touch, told)
    os.close(told)
    with open(news, "rb") as pipe:  # noqa: PTH123 - a descriptor
        said = pipe.read()
    _let_it_work(child)
    return said != _END


def _let_it_work(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(child)
        select.select([handle], [], [], _MOMENT)
        os.close(handle)


def _be_the_child(job: Job, touch: Warming, told: int) -> None:
    """Wait for work, do it, answer, and never return. The parent sees only what comes through the pipe."""
    code = 1
    try:
        touch()  # The memory that the job will write to, before anybody waits for it.
        space = _own_address_space()
        with socket.socket(fileno=CONTROL) as control:
            limits, ends, _, _ = socket.recv_fds(control, LIMITS.size, 2)
        if not limits:
            os.write(told, _END)
            os._exit(0)
        os.close(told)
        seconds, memory = LIMITS.unpack(limits)
        _limit(seconds, memory, space)
        _work(job, *ends)
        code = 0
    finally:
        os._exit(code)


def _work(job: Job, request_end: int, answer_end: int) -> None:
    with open(request_end, "rb") as pipe:
        request = pipe.read()
    try:
        answer = DONE + job(request)
    except MailError as error:
        answer = STOPPED + error.reason.encode("ascii", "replace")
    with open(answer_end, "wb") as pipe:
        pipe.write(answer)


def _limit(seconds: float, memory: int, space: int) -> None:
    """Wall clock, processor, memory on top of what the reader has, and no writing to disk."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    processor = max(int(seconds), 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_AS, (space + memory, space + memory))


def _own_address_space() -> int:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1])
