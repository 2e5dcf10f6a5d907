"""Named points at which a test can kill this process, to prove that nothing is lost or done twice."""

from __future__ import annotations

import os
import signal


def fault_point(name: str) -> None:
    """Die as if by `kill -9` when the environment variable WHISPERDESK_FAULT names this point; else do nothing."""
    if os.environ.get("WHISPERDESK_FAULT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
