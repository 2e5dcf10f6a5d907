"""The epoch keys are gone, or a mail is made to break what reads it: nothing is overwritten, and the next is filed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from tests.faults.conftest import Inbox
from tests.faults.desk import recover, work_a_round
from tests.faults.invariants import Day, assert_invariants, posted_mail
from tests.mail.imap_box import fetch_now
from tickets.mail.line import LEASE
from tickets.models import Incoming, Mailbox, Message

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
HEAD = b"From: eve@evil.example\r\nTo: desk@desk.example\r\nMIME-Version: 1.0\r\n"
SECONDS = 30


def _nested(depth: int) -> bytes:
    heads = [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    ]
    return HEAD + b"".join(heads) + b"\r\nDeep.\r\n"


def _encrypted(armored: bytes) -> bytes:
    return HEAD + (
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"\r\n\r\n'
        b"--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--e\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
        + armored
        + b"\r\n-----END PGP MESSAGE-----\r\n--e--\r\n"
    )


POISON = {
    "nested": _nested(3000),
    "many-headers": HEAD + b"X-Spam: yes\r\n" * 60_000 + b"\r\nText.\r\n",
    "parentheses": HEAD + b"Reply-To: " + b"(" * 400_000 + b"\r\n\r\nText.\r\n",
    "encoded-words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 40_000 + b"\r\n\r\nText.\r\n",
    "html": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 120_000,
    "many-parts": HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"--b\r\n\r\nx\r\n" * 30_000,
    "nothing": b"\r\n",
    "zeros": b"\0" * 300_000,
    "no-armor": _encrypted(b"!" * 4000),
    "armored-zeros": _encrypted(b"AAAA" * 20_000),
    "charset": HEAD + b"Content-Type: text/plain; charset=\0\xff\r\n\r\n\xff\xfe\0\r\n",
}


@pytest.mark.usefixtures("keyring")
def test_poison_ends_in_one_place_each_and_honest_mail_after_it_is_filed(
    inbox: Inbox, clock: time_machine.Traveller
) -> None:
    honest = [posted_mail() for _ in POISON]
    day = Day([raw for pair in zip(POISON.values(), honest, strict=True) for raw in pair], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)
    begun = time.monotonic()
    work_a_round()
    assert time.monotonic() - begun < SECONDS * len(POISON)
    for _ in range(2):
        clock.shift(LEASE)
        recover()
    assert_invariants(day)
    filed = Message.objects.select_related("ticket__key")
    assert sum("the speakers are silent" in each.text for each in filed) == len(honest)
    assert not Incoming.objects.filter(reason__in=["unexpected", "gave_up"]).exists()


@pytest.mark.parametrize("inbox", ["maildir", "imaps"], indirect=True)
def test_without_its_keys_nothing_is_fetched_and_none_is_made(
    inbox: Inbox, vault: Path, clock: time_machine.Traveller
) -> None:
    day = Day([posted_mail(), posted_mail()], inbox.mails)
    inbox.post(day.mails[0])
    work_a_round()
    inbox.post(day.mails[1])
    keys = Path(settings.KEYS_DIR)
    keys.rename(vault / "elsewhere")
    assert fetch_now() == Mailbox.objects.get().trouble == "cannot_keep"
    assert inbox.count() == 1
    assert not keys.exists() or not list(keys.glob("epoch-*"))
    (vault / "elsewhere").rename(keys)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
