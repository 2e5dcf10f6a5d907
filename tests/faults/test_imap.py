"""An IMAP server breaks off, lies and refuses, at every step: nothing is lost, nothing is filed twice, and it shows."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings

from tests.faults.invariants import Day, assert_invariants, posted_mail
from tests.mail.imap_box import fetch_now, scripted_imap
from tests.servers.imap_script import CAPABILITIES, Twist
from tickets.mail import line
from tickets.mail.fetch import connection, emptying
from tickets.models import Incoming, Mailbox

pytestmark = [pytest.mark.faults, pytest.mark.django_db]


def refused(word: str) -> Callable[[bytes], bytes]:
    """NO or BAD instead of OK."""
    return lambda answer: re.sub(
        rb"(?s)^.*?(\w+) OK done\r\n$", rb"\1 " + word.encode() + b" not now\r\n", answer
    )


def literal(change: int) -> Callable[[bytes], bytes]:
    """A literal's size is off by so many bytes."""
    return lambda answer: re.sub(
        rb"\{(\d+)\}", lambda size: b"{%d}" % (int(size[1]) + change), answer, count=1
    )


def cut(part: float) -> Callable[[bytes], bytes]:
    return lambda answer: answer[: int(len(answer) * part)]


def bye(answer: bytes) -> bytes:
    return b"* BYE going down\r\n"


def file_all() -> None:
    for identity in Incoming.objects.values_list("pk", flat=True):
        line.process(identity)


TWISTS = {
    "bye-at-once": [Twist("GREETING", bye, hang_up=True)],
    "no-greeting": [Twist("GREETING", cut(0), hang_up=True)],
    "wrong-password": [Twist("LOGIN", refused("NO"))],
    "select-no": [Twist("SELECT", refused("NO"))],
    "select-bad": [Twist("SELECT", refused("BAD"))],
    "select-nonsense": [Twist("SELECT", lambda answer: answer.replace(b"UIDVALIDITY 1", b"UIDVALIDITY x"))],
    "no-validity": [Twist("SELECT", lambda answer: answer.replace(b"UIDVALIDITY", b"OTHER"))],
    "search-no": [Twist("SEARCH", refused("NO"))],
    "search-nonsense": [Twist("SEARCH", lambda answer: answer.replace(b"SEARCH", b"SEARCH x"), times=2)],
    "search-hangs-up": [Twist("SEARCH", cut(0.5), hang_up=True)],
    "sizes-no": [Twist("SIZE", refused("NO"))],
    "sizes-missing": [Twist("SIZE", lambda answer: re.sub(rb"(?m)^\* .*\r\n", b"", answer))],
    "fetch-no": [Twist("BODY", refused("NO"))],
    "fetch-bad": [Twist("BODY", refused("BAD"), times=2)],
    "fetch-nothing": [Twist("BODY", lambda answer: answer[answer.rindex(b"\r\n", 0, -2) + 2 :])],
    "fetch-nil": [Twist("BODY", lambda answer: re.sub(rb"(?s)\{.*\)\r\n", b"NIL)\r\n", answer))],
    "drop-before-fetch": [Twist("BODY", cut(0), hang_up=True)],
    "drop-in-literal": [Twist("BODY", cut(0.5), hang_up=True)],
    "drop-in-every-literal": [Twist("BODY", cut(0.5), hang_up=True, times=9)],
    "drop-after-literal": [Twist("BODY", cut(0.97), hang_up=True)],
    "bye-in-fetch": [Twist("BODY", bye, hang_up=True)],
    "literal-too-short": [Twist("BODY", literal(-7))],
    "literal-much-too-short": [Twist("BODY", literal(-100))],
    "literal-too-long": [Twist("BODY", literal(+9), hang_up=True)],
    "literal-huge": [Twist("BODY", literal(4_000_000_000))],
    "same-mail-twice": [Twist("BODY", lambda answer: answer[: answer.rindex(b")\r\n") + 3] + answer)],
    "listed-twice": [Twist("SEARCH", lambda answer: answer.replace(b" 1 2", b" 1 2 2 1"), times=4)],
    "drop-after-store": [Twist("STORE", cut(0), hang_up=True)],
    "store-no": [Twist("STORE", refused("NO"))],
    "expunge-no": [Twist("EXPUNGE", refused("NO"))],
    "drop-after-expunge": [Twist("EXPUNGE", cut(0), hang_up=True)],
    "move-no": [Twist("MOVE", refused("NO"), times=2)],
    "drop-after-move": [Twist("MOVE", cut(0), hang_up=True)],
    "copy-no": [Twist("COPY", refused("NO"), times=2)],
    "drop-after-copy": [Twist("COPY", cut(0), hang_up=True)],
    "slow": [Twist("BODY", drip=0.005)],
    "nothing-wrong": [],
}
UNSEEN = {"nothing-wrong", "sizes-missing", "listed-twice", "same-mail-twice", "slow", "literal-too-short"}
"""After these a mail may be whole all the same, at once or at the second reading."""
NEED = {"STORE": "delete", "EXPUNGE": "delete", "MOVE": "move", "COPY": "copy"}
WAYS = {"delete": "delete", "leave": "leave", "move": "move:Archive", "copy": "move:Archive"}
CASES = [
    (name, way)
    for name, twists in TWISTS.items()
    for way in WAYS
    if all(NEED.get(twist.verb, way) == way for twist in twists)
    and (way in {"delete", "leave"} or any(twist.verb in NEED for twist in twists) or not twists)
]


@pytest.mark.parametrize(("name", "way"), CASES)
def test_whatever_a_server_does_no_mail_is_lost(
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
    name: str,
    way: str,
) -> None:
    mails = [posted_mail() for _ in range(3)]
    twists = [Twist(each.verb, each.change, each.hang_up, each.times, each.drip) for each in TWISTS[name]]
    server = scripted_imap(
        mails=dict(enumerate(mails, start=1)),
        twists=twists,
        capabilities=CAPABILITIES.replace(" MOVE", "") if way == "copy" else CAPABILITIES,
    )

    def day() -> Day:
        return Day(mails, server.mails.values, log=caplog.text, is_left=way == "leave")

    with server.serve() as address:
        settings.MAIL_CA_FILE = _authority()
        settings.MAIL_IN = [f"{address}?after={WAYS[way]}"]
        trouble = fetch_now()
        assert_invariants(day(), is_over=False)
        assert name in UNSEEN or Mailbox.objects.get().trouble == trouble != "", (
            "nobody can see that it failed"
        )
        assert any(fetch_now() == "0" for _ in range(6))
        file_all()
        assert_invariants(day())
    assert Mailbox.objects.get().trouble == ""
    assert Incoming.objects.count() == len(mails)
    assert bool(server.mails) == (way == "leave")
    if way in {"move", "copy"}:
        assert set(server.folders["Archive"]) == set(mails)


@pytest.mark.parametrize("way", ["delete", "leave", "move:Archive"])
def test_a_change_of_validity_between_two_looks_loses_and_repeats_nothing(
    settings: LazySettings, way: str
) -> None:
    mails = [posted_mail() for _ in range(4)]
    server = scripted_imap(mails={8: mails[0], 9: mails[1]})
    settings.MAIL_CA_FILE = _authority()
    with server.serve() as address:
        settings.MAIL_IN = [f"{address}?after={way}"]
        fetch_now()
        server.mails, server.validity = dict(enumerate(mails, start=1)), 2
        assert fetch_now() in {"2", "4"}
        file_all()
    assert_invariants(Day(mails, server.mails.values, is_left=way == "leave"))
    assert Incoming.objects.count() == 4


@pytest.mark.parametrize("way", ["delete", "leave"])
def test_a_mail_that_is_too_large_stays_and_is_told_of_and_holds_up_nobody(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    small, large = posted_mail(), posted_mail() + b"x" * 5000
    monkeypatch.setattr(emptying, "LARGEST_MAIL", 4000)
    server = scripted_imap(mails={1: large, 2: small})
    settings.MAIL_CA_FILE = _authority()
    with server.serve() as address:
        settings.MAIL_IN = [f"{address}?after={way}"]
        for _ in range(2):
            assert fetch_now() == "too_large"
        file_all()
    assert large in server.mails.values()
    assert [incoming.message is not None for incoming in Incoming.objects.all()] == [True]
    assert Mailbox.objects.get().trouble == "too_large"


def test_a_server_that_drips_is_left_alone_in_time(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection._Wire, "seconds", 0.3)
    server = scripted_imap(mails={1: posted_mail()}, twists=[Twist("SELECT", drip=0.05, times=9)])
    settings.MAIL_CA_FILE = _authority()
    with server.serve() as address:
        settings.MAIL_IN = [address]
        assert fetch_now() == "no_answer"
    row = Mailbox.objects.get()
    assert row.failures == 1
    assert row.not_before


def _authority() -> str:
    return os.environ["WD_TEST_CA"]
