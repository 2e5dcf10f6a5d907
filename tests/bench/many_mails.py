"""Many mails through one worker: how many plain ones a second, how flat its memory is, and honest ones among hostile."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.bench.attacks import make_attacks
from tests.bench.desk import TEXT, Person, gpg, make_person, write_mail
from tests.bench.mail_line import ALGORITHMS, set_up_desk
from tests.bench.timing import proportional_memory, row, title

COUNT = int(os.environ.get("COUNT", "1000"))
"""How many plain mails memory is measured over; the aim is for 10,000."""
HOSTILE, HONEST = int(os.environ.get("HOSTILE", "1000")), 50
WARM = 100
MINUTES = 15


def measure(directory: Path) -> None:
    """All in this process, which does what a worker does, and in the reader that it keeps."""
    from crypto.gnupg import stop_agent
    from crypto.openpgp import SecretKeyring
    from tickets.mail import line

    home = directory / "n"
    home.mkdir()
    primary, secondary, _ = ALGORITHMS["ed25519/cv25519"]
    desk, sender = (make_person(home, f"{each}@many.example", primary, secondary) for each in ("desk", "ann"))
    gpg(sender.home, "--import", stdin=gpg(desk.home, "--export", desk.fingerprint))
    set_up_desk(desk, sender)
    ring = SecretKeyring(desk.home)
    line.desk_keyring = lambda: ring
    try:
        _measure_plain(desk)
        _measure_hostile(desk, sender)
    finally:
        for person in (desk, sender):
            stop_agent(person.home)


def _measure_plain(desk: Person) -> None:
    title(f"{COUNT:,} plain mails of 5 kB: worker and reader on one core, PostgreSQL with fsync")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        _file(_plain(desk, number) for number in range(WARM))
        before, begun, used = proportional_memory(os.getpid()), time.perf_counter(), time.process_time()
        _file(_plain(desk, number) for number in range(WARM, WARM + COUNT))
        seconds, used = time.perf_counter() - begun, time.process_time() - used
    finally:
        os.sched_setaffinity(0, cores)
    growth = proportional_memory(os.getpid()) - before
    row("filed in a second", f"{COUNT / seconds:.0f}", "aim >= 60")
    row("processor time of the worker, each", f"{used / COUNT * 1000:.1f} ms")
    row("memory, from the first 100 on", f"{growth:+.1f} MB", "aim +-20 MB")


def _measure_hostile(desk: Person, sender: Person) -> None:
    title(f"{HONEST} honest mails among {HOSTILE:,} hostile ones, in one worker")
    attacks, chance = make_attacks(desk, sender), random.Random(7)
    honest = [write_mail(sender, desk, 10**6 + number)[0] for number in range(HONEST)]
    order: list[int | bytes] = [*range(HOSTILE), *honest]
    chance.shuffle(order)
    begun, slowest, seen = time.perf_counter(), 0.0, 0.0
    for each in order:
        mail = each if isinstance(each, bytes) else attacks[each % len(attacks)](each)
        started = time.perf_counter()
        state = _states(_file([mail]))
        slowest = max(slowest, time.perf_counter() - started)
        if isinstance(each, bytes):
            assert state == ["filed"], state
            seen = time.perf_counter() - begun
    row("the last honest one filed after", f"{seen / 60:.1f} min", f"aim <= {MINUTES} min")
    row("the slowest mail", f"{slowest:.1f} s", "aim <= 30 s")


def _file(mails: Iterable[bytes]) -> list[uuid.UUID]:
    from tickets.mail import line
    from tickets.mail.keep import Origin, keep_mail

    kept = []
    for mail in mails:
        kept.append(keep_mail(mail, Origin("many")))
        line.process(kept[-1])
    return kept


def _states(kept: list[uuid.UUID]) -> list[str]:
    from tickets.models import Incoming

    return list(Incoming.objects.filter(pk__in=kept).values_list("state", flat=True))


def _plain(desk: Person, number: int) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"p{number}@plain.example", desk.address
    mail["Subject"] = f"Wi-Fi, number {number}"
    mail["Message-ID"] = f"<plain-{number}@plain.example>"
    mail.set_content("\n".join([TEXT.strip()] * 57) + f"\n{number:010d}\n")
    return mail.as_bytes()
