"""A Redis server that keeps nothing on the disk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import answers, free_port, serving


@contextlib.contextmanager
def redis(directory: Path) -> Iterator[dict[str, str]]:
    """Reached on a free port."""
    directory.mkdir()
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(directory)]
    with serving(
        ["redis-server", "--port", str(port), *options],
        log=directory.with_suffix(".log"),
        is_ready=answers(port),
    ):
        yield {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
