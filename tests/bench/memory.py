"""How much memory a real Celery worker takes once it has filed mails, with the reader process that it keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.bench.desk import gpg, make_person, write_mail
from tests.bench.mail_line import ALGORITHMS, set_up_desk
from tests.bench.timing import proportional_memory, row, title

MAILS = 50


def measure(directory: Path) -> None:
    """Start a worker as the Procfile does, let it file fifty mails, and look."""
    from crypto.gnupg import stop_agent

    home = directory / "m"
    home.mkdir()
    primary, secondary, _ = ALGORITHMS["ed25519/cv25519"]
    desk, sender = (
        make_person(home, f"{name}@memory.example", primary, secondary) for name in ("desk", "sender")
    )
    gpg(sender.home, "--import", stdin=gpg(desk.home, "--export", desk.fingerprint))
    set_up_desk(desk, sender)
    started = [_keep(write_mail(sender, desk, number)[0]) for number in range(MAILS)]
    title(f"Memory of a worker (Pss: its own, and its share of what it shares) after {MAILS} mails")
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "helpdesk", "worker", "--pool", "solo"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
    environment = os.environ | {"GNUPG_HOME": str(desk.home)}
    worker = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_until_filed(started)
        row("worker and reader", f"{proportional_memory(worker.pid):.0f} MB")
    finally:
        worker.terminate()
        worker.wait()
        for person in (desk, sender):
            stop_agent(person.home)


def _keep(mail: bytes) -> uuid.UUID:
    from tickets.mail.keep import Origin, keep_mail

    return keep_mail(mail, Origin("memory"))


def _wait_until_filed(started: list[uuid.UUID]) -> None:
    from tickets.models import Incoming

    deadline = time.monotonic() + 120
    while Incoming.objects.filter(pk__in=started, state="filed").count() < len(started):
        assert time.monotonic() < deadline, "the worker does not file"
        time.sleep(0.5)
