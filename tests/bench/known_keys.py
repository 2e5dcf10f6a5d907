"""What an operation costs when 10, 1,000 or 10,000 correspondents' keys are known: it should not matter."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path

from tests.bench.desk import gpg, make_person
from tests.bench.mail_line import ALGORITHMS, learn
from tests.bench.timing import interleaved, row, title

COUNTS = (10, 1_000, 10_000)
ROUNDS = 30


def measure(directory: Path) -> None:
    """Choosing a key, encrypting to it, and checking a signature by it."""
    from django.utils import timezone

    from crypto.keys import choose_key, known_certificates
    from crypto.openpgp import SecretKeyring
    from crypto.signatures import verify_detached

    now = timezone.now()
    home = directory / "known"
    home.mkdir()
    primary, secondary, _ = ALGORITHMS["ed25519/cv25519"]
    desk, person = (
        make_person(home, f"{name}@keys.example", primary, secondary) for name in ("desk", "person")
    )
    certificate = learn(person)
    signed = b"Some words.\r\n"
    signature = gpg(person.home, "--detach-sign", stdin=signed)
    ring = SecretKeyring(desk.home)

    def encrypt() -> None:
        choice = choose_key(person.address, now=now)
        assert choice.certificate
        ring.sign_and_encrypt(signed, signer=desk.fingerprint, recipients=[choice.certificate])

    def verify() -> None:
        known = [key.certificate for key in known_certificates(person.address)]
        assert verify_detached(signed, signature, known).fingerprint == person.fingerprint

    title(f"With many keys known, median of {ROUNDS}")
    row("keys known", "choose+encrypt", "verify")
    for count in COUNTS:
        _know(count, certificate, now)
        taken = interleaved(ROUNDS, encrypt=encrypt, verify=verify)
        row(f"{count:,}", f"{taken['encrypt']:.1f} ms", f"{taken['verify']:.1f} ms")


def _know(count: int, certificate: bytes, now: datetime) -> None:
    """Fill the table up to `count` keys of other people."""
    from crypto.digests import address_digest, fingerprint_digest
    from crypto.models import PublicKey, SealKey

    rows = []
    for number in range(PublicKey.objects.count(), count):
        identity = uuid.uuid4()
        rows.append(
            PublicKey(
                id=identity,
                key=SealKey.objects.draft(identity),
                address_digest=address_digest(f"person{number}@many.example"),
                fingerprint_digest=fingerprint_digest(f"{number:040X}"),
                fingerprint=f"{number:040X}",
                certificate=certificate,
                state=PublicKey.State.IN_USE,
                source=PublicKey.Source.REPORT,
                encrypted=True,
                first_seen=now,
            )
        )
    SealKey.objects.bulk_create([row.key for row in rows], batch_size=1000)
    PublicKey.objects.bulk_create(rows, batch_size=1000)
