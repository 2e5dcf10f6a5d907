"""Jobs for a sandbox: what a mail could make its reader do."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from tickets.mail.letter import Quarantine


def repeat(request: bytes) -> bytes:
    return request


def lengthen(request: bytes) -> bytes:
    return request * int(request)


def exhaust(request: bytes) -> bytes:
    return bytes(10**10)


def crash(request: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def fail(request: bytes) -> bytes:
    raise RecursionError


def spin(request: bytes) -> bytes:
    while True:
        pass


def wait(request: bytes) -> bytes:
    time.sleep(60)
    return b""


def stop(request: bytes) -> bytes:
    raise Quarantine(request.decode())


def look_around(request: bytes) -> bytes:
    """Open files, environment, and whether Django is there."""
    files = list(Path("/proc/self/fd").iterdir())
    return f"{len(files)}|{sorted(os.environ)}|{'django' in sys.modules}".encode()


def write(request: bytes) -> bytes:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    Path(request.decode()).write_bytes(b"x")
    return b"written"


def parent(request: bytes) -> bytes:
    return str(os.getppid()).encode()
