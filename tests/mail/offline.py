"""Mails through `inspect_mail`, `deliver` and the line, in a process that writes down what it asks of any network.

`python -m tests.mail.offline KEYS FILE…` makes a desk of its own and prints what became of the mails as JSON.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import socket
import sys
from datetime import date
from pathlib import Path

ASKING = frozenset(
    {
        *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.getnameinfo"),
        *(
            "socket.gethostbyname",
            "socket.gethostbyaddr",
            "urllib.Request",
            "smtplib.connect",
            "imaplib.open",
        ),
    }
)
asked: list[str] = []


def listen(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook. Unix sockets lead to processes of this machine: gpg's agent, the reader, the database."""
    if event in ASKING and getattr(arguments[0], "family", None) != socket.AF_UNIX:
        asked.append(event)


def has_route() -> bool:
    """Whether a packet could leave at all; the address is one for documentation (RFC 5737)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        return door.connect_ex(("192.0.2.1", 443)) not in {errno.ENETUNREACH, errno.ENETDOWN}


def inspect(keys: Path, files: list[str]) -> list[dict[str, object]]:
    """What `inspect_mail` says."""
    from django.core.management import call_command

    out = io.StringIO()
    call_command("inspect_mail", *files, "--keys", str(keys), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def deliver(files: list[str]) -> list[str]:
    """Through standard input and the line, into the tables of a database of its own; the states afterwards."""
    from django.core.management import call_command

    from tickets.mail import line
    from tickets.models import Incoming

    for name in files:
        with Path(name).open("rb") as mail, contextlib.suppress(SystemExit):
            sys.stdin = io.TextIOWrapper(mail)
            call_command("deliver")
    for identity in Incoming.objects.values_list("pk", flat=True):
        line.process(identity)
    return sorted(Incoming.objects.values_list("state", flat=True))


def make_desk() -> Path:
    """Tables, an epoch key, the desk's key and a queue."""
    from django.conf import settings
    from django.core.management import call_command

    from crypto.gnupg import import_secret_key
    from crypto.vault import epoch_keys
    from tests.keyrings import DESK, KEYS
    from tickets.models import Queue

    home = Path(settings.GNUPG_HOME)
    home.mkdir(mode=0o700)
    import_secret_key(home, (KEYS / "desk.secret.asc").read_bytes())
    call_command("migrate", verbosity=0, interactive=False)
    epoch_keys().create(date(2026, 1, 1))
    desk = {"name": "Desk", "address": "desk@desk.example", "fingerprint": DESK, "is_default": True}
    Queue.objects.create(slug="desk", **desk)
    return home


def main(keys: str, *files: str) -> None:
    """Make a desk, then listen."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from crypto.gnupg import stop_agent

    home = make_desk()
    route = has_route()
    sys.addaudithook(listen)
    try:
        told = {"inspected": inspect(Path(keys), list(files)), "states": deliver(list(files))}
    finally:
        stop_agent(home)
    print(json.dumps({"route": route, "asked": asked, **told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
