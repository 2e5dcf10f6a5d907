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
ALGORITHMS = {"ed25519/cv25519": ("EDDSA\nKey-Curve: ed25519", "ECDH\nSubkey-Curve: cv25519", 3.0)}
ALGORITHMS["RSA-4096"] = ("RSA\nKey-Length: 4096", "RSA\nSubkey-Length: 4096", 2.0)


def measure(directory: Path) -> None:
    """For each algorithm: gpg's decrypt and verify, ours to a committed ticket, and their ratio."""
    from crypto.gnupg import stop_agent

    title(f"One signed and encrypted 5 kB mail, median of {ROUNDS} (PostgreSQL with fsync)")
    row("", "raw gpg", "our line", "ratio", "aim")
    for number, (name, (primary, secondary, aim)) in enumerate(ALGORITHMS.items()):
        home = directory / f"a{number}"
        home.mkdir()
        desk = make_person(home, "desk@desk.example", primary, secondary)
        sender = make_person(home, f"sender{number}@people.example", primary, secondary)
        gpg(sender.home, "--import", stdin=gpg(desk.home, "--export", desk.fingerprint))
        for each in (desk, _elsewhere(desk, home / "raw")):
            gpg(each.home, "--import", stdin=gpg(sender.home, "--export", sender.fingerprint))
        ours, theirs = _elsewhere(desk, home / "ours"), Person(desk.address, home / "raw", desk.fingerprint)
        try:
            _measure_one(name, (ours, theirs, desk), sender, aim)
        finally:
            for person in (ours, theirs, desk, sender):
                stop_agent(person.home)


def _elsewhere(desk: Person, home: Path) -> Person:
    """The desk's key in another home, as an admin brings it there. gpg is quicker with a key that it has imported."""
    home.mkdir(mode=0o700)
    gpg(home, "--import", stdin=gpg(desk.home, "--export-secret-keys", desk.fingerprint))
    return Person(desk.address, home, desk.fingerprint)


def _measure_one(name: str, desks: tuple[Person, Person, Person], sender: Person, aim: float) -> None:
    from crypto.openpgp import SecretKeyring
    from tickets.mail import line
    from tickets.mail.keep import Origin, keep_mail
    from tickets.models import Incoming

    desk, beside, maker = desks
    set_up_desk(desk, sender)
    ring = SecretKeyring(desk.home)
    line.desk_keyring = lambda: ring
    mails = [write_mail(sender, desk, number) for number in range(ROUNDS + 3)]
    ours = itertools.count()

    def our_line() -> None:
        identity = keep_mail(mails[next(ours)][0], Origin("bench"))
        line.process(identity)
        state = Incoming.objects.values_list("state", flat=True).get(pk=identity)
        assert state == "filed", state

    def raw_gpg(person: Person) -> None:
        assert gpg(person.home, "--decrypt", stdin=mails[0][1])

    for _ in range(3):  # The language model is read and the agents start before we look at the clock.
        our_line()
        raw_gpg(beside)
        raw_gpg(maker)
    taken = interleaved(ROUNDS, raw=lambda: raw_gpg(beside), ours=our_line, made=lambda: raw_gpg(maker))
    _show(name, taken["raw"], taken["ours"], f"<= {aim}")
    _show("  beside gpg with a key that it made itself", taken["made"], taken["ours"], "")
    signatures = set(_messages(sender).values_list("signature", flat=True))
    assert signatures == {"valid"}, signatures


def _show(name: str, raw: float, ours: float, aim: str) -> None:
    row(name, f"{raw:.1f} ms", f"{ours:.1f} ms", f"{ours / raw:.2f}", aim)


def set_up_desk(desk: Person, sender: Person) -> None:
    """A queue that answers with the desk's key, and the sender's key known from an encrypted report."""

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
    learn(sender)


def learn(person: Person) -> bytes:
    """Know a person's key from an encrypted report; gives what of it is kept."""
    from django.utils import timezone

    from crypto.correspondents.certificates import read_certificates
    from crypto.correspondents.history import Sighting
    from crypto.keys import learn_key
    from crypto.models import PublicKey

    now = timezone.now()
    (certificate,) = read_certificates(gpg(person.home, "--export", person.fingerprint), now=now)
    learn_key(
        person.address, certificate, Sighting(PublicKey.Source.REPORT, now, encrypted=True), unasked=True
    )
    return certificate.minimal


def _messages(sender: Person) -> QuerySet[Message]:
    from crypto.digests import address_digest
    from tickets.models import Message

    return Message.objects.filter(ticket__requester_digest=address_digest(sender.address))
