"""Run a command while the throw-away servers are up: `python -m tests.servers [--durable] COMMAND…`."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tests.servers.certificate import make_certificate
from tests.servers.dovecot import dovecot
from tests.servers.postgresql import postgresql
from tests.servers.redis import redis
from tests.servers.sink import smtp_sink


@contextlib.contextmanager
def servers(*, durable: bool) -> Iterator[dict[str, str]]:
    """Start all of them; the environment that tells where they are."""
    password = secrets.token_urlsafe(16)
    with contextlib.ExitStack() as stack:
        # A short path: sockets below it may have 107 characters.
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wd", dir="/tmp")))
        directory.chmod(0o711)
        certificate = make_certificate(directory / "tls")
        found = stack.enter_context(postgresql(directory / "pg", durable=durable))
        found |= stack.enter_context(redis(directory / "redis"))
        found |= stack.enter_context(dovecot(directory / "dovecot", certificate, password))
        starttls, smtps = (
            stack.enter_context(smtp_sink(directory / name, certificate, password, starttls=name == "sink"))
            for name in ("sink", "sink-tls")
        )
        yield found | {
            "WD_TEST_SMTP": starttls,
            "WD_TEST_SMTPS": smtps,
            "WD_TEST_SINK": str(directory / "sink"),
            "WD_TEST_SINK_TLS": str(directory / "sink-tls"),
            "WD_TEST_CA": str(certificate.authority),
        }


def main() -> int:
    """Signals become exceptions, so that everything is stopped whatever ends us."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--durable", action="store_true", help="PostgreSQL keeps its promises to the disk")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    with servers(durable=given.durable) as environment:
        return _run(given.command, environment)


def _run(command: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        raise


def _interrupted(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
