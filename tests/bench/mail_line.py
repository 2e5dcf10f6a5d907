"""The whole line for one mail, beside raw gpg for the same mail."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.desk import Person, gpg, make_person, write_mail
from tests.bench.timing import interleaved, row, title

if TYPE_CHECKING:  # Models can be imported once Django is set up.
    from django.db.models import QuerySet

    from tickets.models import Message

ROUNDS = 60
ALGORITHMS = {"ed25519/cv25519": ("EDDSA\nKey-Curve: ed25519", "ECDH\nSubkey-Curve: cv25519", 4.0)}
ALGORITHMS["RSA-4096"] = ("RSA\nKey-Length: 4096", "RSA\nSubkey-Length: 4096", 2.5)


def measure(directory: Path) -> None:
    """For each algorithm: gpg's decrypt and verify, ours to a committed ticket, and their ratio."""
    title(f"One signed and encrypted 5 kB mail, median of {ROUNDS} (PostgreSQL with fsync)")
    row("", "raw gpg", "our line", "ratio", "aim")
    for number, (name, (primary, secondary, aim)) in enumerate(ALGORITHMS.items()):
        home = directory / f"a{number}"
        home.mkdir()
        desk = make_person(home, "desk@desk.example", primary, secondary)
        sender = make_person(home, f"sender{number}@people.example", primary, secondary)
        gpg(sender.home, "--import", stdin=gpg(desk.home, "--export", desk.fingerprint))
        gpg(desk.home, "--import", stdin=gpg(sender.home, "--export", sender.fingerprint))
        _measure_one(name, desk, sender, aim)
        for person in (desk, sender):
            from crypto.gnupg import stop_agent

            stop_agent(person.home)


def _measure_one(name: str, desk: Person, sender: Person, aim: float) -> None:
    from crypto.openpgp import SecretKeyring
    from tickets.mail import line
    from tickets.mail.keep import Origin, keep_mail
    from tickets.models import Incoming

    set_up_desk(desk, sender)
    ring = SecretKeyring(desk.home)
    line.desk_keyring = lambda: ring
    mails = [write_mail(sender, desk, number) for number in range(ROUNDS + 3)]
    ours, theirs = itertools.count(), itertools.count()

    def our_line() -> None:
        identity = keep_mail(mails[next(ours)][0], Origin("bench"))
        line.process(identity)
        state = Incoming.objects.values_list("state", flat=True).get(pk=identity)
        assert state == "filed", state

    def raw_gpg() -> None:
        assert gpg(desk.home, "--decrypt", stdin=mails[next(theirs)][1])

    for _ in range(3):  # The language model is read and the agents start before we look at the clock.
        our_line()
        raw_gpg()
    taken = interleaved(ROUNDS, raw=raw_gpg, ours=our_line)
    ratio = taken["ours"] / taken["raw"]
    row(name, f"{taken['raw']:.1f} ms", f"{taken['ours']:.1f} ms", f"{ratio:.2f}", f"<= {aim}")
    signatures = set(_messages(sender).values_list("signature", flat=True))
    assert signatures == {"valid"}, signatures


def set_up_desk(desk: Person, sender: Person) -> None:
    """A queue that answers with the desk's key, and the sender's key known from an encrypted report."""
    from django.utils import timezone

    from crypto.certificates import read_certificates
    from crypto.history import Sighting
    from crypto.keys import learn_key
    from crypto.models import PublicKey
    from tickets.models import Queue

    Queue.objects.get_or_create(
        slug="bench",
        defaults={
            "name": "Bench",
            "address": desk.address,
            "fingerprint": desk.fingerprint,
            "is_default": True,
        },
    )
    now = timezone.now()
    (certificate,) = read_certificates(gpg(sender.home, "--export", sender.fingerprint), now=now)
    seen = Sighting(PublicKey.Source.REPORT, now, encrypted=True)
    learn_key(sender.address, certificate, seen, unasked=True)


def _messages(sender: Person) -> QuerySet[Message]:
    from crypto.digests import address_digest
    from tickets.models import Message

    return Message.objects.filter(ticket__requester_digest=address_digest(sender.address))
