"""Bytes into and out of a child process: in memory, counted while they come, and within its time and limits."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import selectors
import signal
import time
from collections.abc import Mapping

from crypto.errors import GnupgTimeout, RefusedError

_CHUNK = 1 << 18


def read_pipes(most: Mapping[int, int], *, deadline: float) -> dict[int, bytes]:
    """Read each descriptor to its end, whichever has something; more than it may give is refused, not cut."""
    kept = {descriptor: bytearray() for descriptor in most}
    with selectors.DefaultSelector() as selector:
        for descriptor in most:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise GnupgTimeout("gpg took too long")
            for key, _ in selector.select(left):
                chunk = os.read(key.fd, _CHUNK)
                kept[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
                if len(kept[key.fd]) > most[key.fd]:
                    raise RefusedError("gpg said more than it may")
    return {descriptor: bytes(content) for descriptor, content in kept.items()}


def limit_process(pid: int, *, memory: int, processor: int, file: int) -> None:
    """Set from outside, after the start: a function to run before it would cost Python the vfork.

    Not RLIMIT_CORE: gpg sets that to 0 itself when it starts, and dies when it finds it lowered meanwhile.
    """
    chosen = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: processor,
        resource.RLIMIT_FSIZE: file,
    }
    with contextlib.suppress(ProcessLookupError):
        for kind, most in chosen.items():
            resource.prlimit(pid, kind, (most, most))


def memory_file(stack: contextlib.ExitStack, content: bytes) -> int:
    """A descriptor to read these bytes from, closed with the stack; they are in no file system."""
    descriptor = os.memfd_create("input", os.MFD_CLOEXEC)
    stack.callback(os.close, descriptor)
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def has_ended(pid: int, seconds: float) -> bool:
    """Wait until a child of ours has ended (it is not buried yet); False when the time is up."""
    handle = os.pidfd_open(pid)
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def end_process(pid: int) -> None:
    """Kill a process, also one that is no child of ours, and wait until it is gone."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], 5.0)
    finally:
        os.close(handle)
