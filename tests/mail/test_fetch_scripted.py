"""Fetching from servers that are slow, odd or broken, and pausing where it fails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings

from tests.mail.imap_box import fetch_now, scripted_imap, source
from tests.mail.letters import mail
from tests.servers.imap_script import ScriptedImap, Twist
from tickets.mail.fetch import connection, imap
from tickets.mail.fetch.imap import wait_for_mail
from tickets.mail.fetch.mailboxes import LONGEST_PAUSE, PAUSE, fetch_all
from tickets.mail.letter import TryLater
from tickets.models import Incoming, Mailbox

pytestmark = [pytest.mark.servers, pytest.mark.django_db]


@pytest.fixture
def server(settings: LazySettings) -> Iterator[ScriptedImap]:
    """With five mails; MAIL_IN names it."""
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    found = scripted_imap(mails={number: mail() for number in range(1, 6)})
    with found.serve() as address:
        settings.MAIL_IN = [address]
        yield found


@pytest.mark.parametrize(
    ("twist", "trouble"),
    [
        (Twist("SELECT", lambda answer: b"* " + b"x" * 2000 + b"\r\n"), "hung_up"),
        (Twist("SELECT", lambda answer: b"", hang_up=True), "hung_up"),
        (Twist("BODY", lambda answer: answer[:50], hang_up=True, times=9), "hung_up"),
        (Twist("LOGIN", lambda answer: answer.replace(b"OK", b"NO")), "sign_in_refused"),
    ],
)
def test_what_a_server_breaks_is_said_in_a_word(
    server: ScriptedImap, monkeypatch: pytest.MonkeyPatch, twist: Twist, trouble: str
) -> None:
    monkeypatch.setattr(connection, "_LONGEST_LINE", 1000)
    server.twists = [twist]
    assert fetch_now() == trouble


def test_a_server_that_breaks_off_at_many_mails_is_left_alone_for_a_while(server: ScriptedImap) -> None:
    server.twists = [Twist("BODY", lambda answer: b"", hang_up=True, times=99)]
    fetch_now()
    assert Mailbox.objects.get().failures == 1
    assert server.said.count("SELECT") == 4


def test_a_mail_that_comes_whole_at_the_second_reading_is_believed(server: ScriptedImap) -> None:
    def shorter(answer: bytes) -> bytes:
        cut = answer.replace(b"The speakers", b"Speakers")
        return re.sub(rb"\{(\d+)\}", lambda size: b"{%d}" % (int(size[1]) - 4), cut)

    server.twists = [Twist("BODY", shorter)]
    expected = sorted(server.mails.values())
    assert fetch_now() == "5"
    assert sorted(each.read() for each in Incoming.objects.all()) == expected


def test_a_mail_that_is_another_at_each_reading_is_not_believed(server: ScriptedImap) -> None:
    sizes = Twist("SIZE", lambda answer: answer.replace(b"RFC822.SIZE 1", b"RFC822.SIZE 2"), times=2)
    words = iter([b"silent", b"violet"])
    body = Twist("BODY", lambda answer: answer.replace(b"silent", next(words)), times=2)
    server.twists = [sizes, body]
    assert fetch_now() == "nonsense"
    assert Incoming.objects.count() == 4
    assert fetch_now() == "1"


def test_many_mails_are_listed_in_pieces(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "_UIDS_AT_ONCE", 2)
    monkeypatch.setattr(imap, "_SIZES_AT_ONCE", 1)
    assert fetch_all() == 5
    assert server.said.count("SIZE") == 5


def test_numbers_far_apart_are_not_asked_for_one_by_one(server: ScriptedImap) -> None:
    server.mails[4_000_000_000] = mail()
    assert fetch_all() == 6
    assert server.said.count("SEARCH") < 30


def test_a_server_without_idle_is_not_waited_at(server: ScriptedImap) -> None:
    server.capabilities = "IMAP4rev1"
    begun: list[bool] = []
    with server.serve() as address:
        assert wait_for_mail(source(address), lambda: begun.append(True)) is None
    assert begun == [True]


def test_waiting_at_a_server_that_hangs_up_ends(server: ScriptedImap) -> None:
    server.twists = [Twist("IDLE", lambda answer: b"", hang_up=True)]
    with server.serve() as address, pytest.raises(TryLater, match="hung_up"):
        wait_for_mail(source(address))


def test_what_fails_pauses_longer_each_time_and_not_for_ever(settings: LazySettings) -> None:
    settings.MAIL_IN = ["imaps://desk:secret@localhost:1/INBOX"]
    pauses: list[timedelta] = []
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        for number in range(1, 8):
            with pytest.raises(TryLater, match="unreachable"):
                fetch_all()
            assert fetch_all() == 0  # It pauses, and is not even tried.
            row = Mailbox.objects.get()
            assert row.not_before
            assert row.failures == number
            pauses.append(row.not_before - datetime.now(UTC))
            clock.move_to(row.not_before)
    assert pauses[:3] == [PAUSE, 2 * PAUSE, 4 * PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_success_ends_the_pause(server: ScriptedImap) -> None:
    server.twists = [Twist("LOGIN", lambda answer: b"", hang_up=True)]
    assert fetch_now() == "hung_up"
    assert fetch_now() == "5"
    row = Mailbox.objects.get()
    assert (row.failures, row.not_before, row.trouble) == (0, None, "")
    assert row.succeeded
