"""How much memory a Celery worker takes, before its first mail and after fifty."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bench.pages import _pss
from tests.bench.timing import row, title


def measure(directory: Path) -> None:
    """This process has run the line for both algorithms by now: it is as big as a worker that has."""
    title("Memory of a process that has run the line (Pss: its own, and its share of what is shared)")
    row("after the mails above", f"{_pss(str(os.getpid())):.0f} MB")
