"""Work in a process of its own that shares nothing with the test but the database, the disk and the clock."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence

from django.db import connections


def start_child(work: Callable[[], object]) -> int:
    """Fork a child that does the work and ends; gives its process id. No connection survives into it."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        # The alarm of the test that forked us would raise here; this one ends us, whatever we do.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(120)
        work()
        connections.close_all()
        code = 0
    finally:
        os._exit(code)


def end_of(child: int) -> int:
    """0 when it did its work, 1 when that raised, minus the signal's number when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child(work: Callable[[], object], *, fault: str = "") -> int:
    """How a child ended that did this work, and was killed at the fault point of this name."""

    def to_its_death() -> None:
        os.environ["WHISPERDESK_FAULT"] = fault
        work()

    return end_of(start_child(to_its_death))


def at_once(works: Sequence[Callable[[], object]]) -> list[int]:
    """How children ended that worked at the same time: all begin when the last is there."""
    gate, opener = os.pipe()

    def wait_and(work: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            os.close(opener)
            os.read(gate, 1)
            work()

        return run

    children = [start_child(wait_and(work)) for work in works]
    os.close(opener)
    ends = [end_of(child) for child in children]
    os.close(gate)
    return ends
