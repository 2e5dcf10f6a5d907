"""Pages through a real web server, with 1,000 and with 20,000 tickets."""

from __future__ import annotations

import http.client
import random
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.timing import proportional_memory, row, title

if TYPE_CHECKING:  # Models can be imported once Django is set up.
    from helpdesk.models import User
    from tickets.models import Message, Ticket

COUNTS = (1_000, 20_000)
ROUNDS = 100
LANGUAGES = ("en", "fr", "de", "fa", "ru", "pt")


def measure(directory: Path) -> None:
    """The list and a ticket page: median times, and how much more 20,000 tickets cost than 1,000.

    Both lists are full pages with either number of tickets.
    """
    title(f"Pages through gunicorn, median of {ROUNDS} (PostgreSQL)")
    row("tickets", "list", "closed, 1 queue", "ticket page", "web worker")
    agent = _agent()
    taken: dict[int, tuple[float, float, float]] = {}
    for count in COUNTS:
        _fill(count)
        with _web() as (address, process):
            cookie = _session(agent)
            tickets = _some_tickets()
            paths = [
                ["/tickets/"],
                ["/tickets/?queue=bench-fr&state=closed"],
                [f"/tickets/{ticket}/" for ticket in tickets],
            ]
            taken[count] = tuple(_median(address, cookie, each) for each in paths)  # type: ignore[assignment]
            row(
                f"{count:,}",
                *(f"{each:.1f} ms" for each in taken[count]),
                f"{proportional_memory(process.pid):.0f} MB",
            )
    growth = [
        f"{(many / few - 1) * 100:+.0f} %"
        for few, many in zip(taken[COUNTS[0]], taken[COUNTS[1]], strict=True)
    ]
    row("growth (aim: within 20 %)", *growth)
    row("aim at 20,000", "<= 60 ms", "<= 60 ms", "<= 40 ms")


def _agent() -> User:
    from helpdesk.models import User
    from tickets.models import Queue

    agent = User.objects.create_user("bench", first_name="Bench")
    for language in LANGUAGES:
        Queue.objects.create(
            slug=f"bench-{language}",
            name=language,
            language=language,
            address="b@desk.example",
            fingerprint="A" * 40,
        ).members.add(agent)
    return agent


def _fill(count: int) -> None:
    """Tickets as a desk has them: one in ten open, half of these unanswered, two messages each."""
    from django.utils import timezone

    from crypto.models import SealKey
    from tickets.models import Message, Queue, Ticket

    chance, now = random.Random(7), timezone.now()
    queues = list(Queue.objects.filter(slug__startswith="bench-"))
    missing = count - Ticket.objects.filter(queue__in=queues).count()
    for start in range(0, missing, 1000):
        tickets, messages = [], []
        for number in range(start, min(start + 1000, missing)):
            identity = uuid.uuid4()
            queue = chance.choice(queues)
            when = now - timedelta(minutes=chance.randrange(60 * 24 * 60))
            is_open = chance.random() < 0.1
            tickets.append(
                Ticket(
                    id=identity,
                    queue=queue,
                    key=SealKey.objects.draft(identity),
                    state="open" if is_open else "closed",
                    closed=None if is_open else when,
                    waiting_since=when if is_open and chance.random() < 0.5 else None,
                    subject=f"Wi-Fi goes away, number {number}",
                    requester_name="Somebody Else",
                    requester_address=f"somebody{number}@people.example",
                    requester_digest=f"{chance.getrandbits(256):064x}",
                    facts=[["Tails version", "7.6.2"], ["Model", "Example Book 14"]],
                    language=queue.language,
                    protected=True,
                    created=when,
                    updated=when,
                )
            )
            messages += [_message(tickets[-1], "inbound", when), _message(tickets[-1], "note", when)]
        SealKey.objects.bulk_create([ticket.key for ticket in tickets])
        Ticket.objects.bulk_create(tickets)
        Message.objects.bulk_create(messages)
    _analyze()


def _message(ticket: Ticket, kind: str, when: datetime) -> Message:
    from tickets.models import Message

    words = "The Wi-Fi of my laptop goes away after some minutes. " * 20
    return Message(
        ticket=ticket,
        kind=kind,
        created=when,
        text=words,
        full_text=words * 100,
        encryption="ok",
        signature="none",
    )


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _some_tickets() -> list[str]:
    from tickets.models import Ticket

    some = Ticket.objects.filter(queue__slug__startswith="bench-", state="open").order_by("id")[:20]
    return [str(pk) for pk in some.values_list("pk", flat=True)]


def _session(agent: User) -> str:
    from django.test import Client

    client = Client()
    client.force_login(agent, backend="allauth.account.auth_backends.AuthenticationBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@contextmanager
def _web() -> Iterator[tuple[tuple[str, int], subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "helpdesk.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "error"]
    process = subprocess.Popen(command)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield ("127.0.0.1", port), process
    finally:
        process.terminate()
        process.wait()


def _median(address: tuple[str, int], cookie: str, paths: list[str]) -> float:
    connection = http.client.HTTPConnection(*address, timeout=30)
    times = []
    for number in range(ROUNDS + 5):
        started = time.perf_counter()
        connection.request("GET", paths[number % len(paths)], headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status == 200, (answer.status, body[:200])
    connection.close()
    return statistics.median(times[5:])
