"""The mailboxes: what is wrong with one is said within five minutes, also when nobody is there to notice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from helpdesk.models import User
from tests.desk.mailroom.rows import new_mailbox, page, section
from tests.desk.rows import ago, new_mail
from tickets.actions.retry import try_again
from tickets.desk.mailroom.reasons import trouble_in_words
from tickets.models import Incoming, Mailbox

MINUTE = 1 / 60
FETCH = Path(__file__).resolve().parents[3] / "tickets" / "mail" / "fetch"


def test_nothing_was_fetched_yet(room: Client) -> None:
    assert "Nothing was fetched yet. If this still stands here in five minutes" in section(room, "mailboxes")


def test_a_mailbox_that_is_read_says_so(room: Client) -> None:
    new_mailbox(folder="Reports")
    found = section(room, "mailboxes")
    for words in (
        "Mailbox 1",
        "Reports",
        "Is being read.",
        "Mail is being fetched: last time 1 min ago.",
    ):
        assert words in found
    assert "old mail" not in found


@pytest.mark.parametrize(("minutes", "is_said"), [(3, False), (5, True), (180, True)])
def test_a_dead_worker_is_said_within_five_minutes(room: Client, minutes: int, *, is_said: bool) -> None:
    new_mailbox(tried=ago(minutes * MINUTE), succeeded=ago(minutes * MINUTE))
    new_mailbox(tried=ago(minutes * MINUTE), succeeded=ago(minutes * MINUTE))
    found = section(room, "mailboxes")
    assert ("No mail has been fetched since" in found) is is_said
    assert ("The worker or its schedule has stopped." in found) is is_said
    assert ("Nobody looks there any more." in found) is is_said


def test_a_desk_that_polls_rarely_is_given_more_time(room: Client, settings: LazySettings) -> None:
    settings.MAIL_POLL_SECONDS = 600
    new_mailbox(tried=ago(10 * MINUTE), succeeded=ago(10 * MINUTE))
    assert "Is being read." in section(room, "mailboxes")


def test_a_mailbox_in_its_pause_is_not_neglected(room: Client) -> None:
    new_mailbox(
        tried=ago(14 * MINUTE), succeeded=ago(3), failures=9, trouble="no_answer", not_before=ago(-MINUTE)
    )
    found = section(room, "mailboxes")
    for words in (
        "1 mailbox is not being read. Mail that lies there is safe, but nobody sees it here.",
        "Has not been read for 3 h.",
        "Its server does not answer in time.",
        "It failed 9 times in a row.",
        "next time",
    ):
        assert words in found
    assert "Nobody looks" not in found


def test_one_that_failed_once_is_no_alarm(room: Client) -> None:
    new_mailbox(succeeded=ago(MINUTE), failures=1, trouble="hung_up", not_before=ago(-MINUTE))
    found = section(room, "mailboxes")
    assert "The last try failed. The desk tries again by itself." in found
    assert "There is trouble with 1 mailbox." in found
    assert "saying-danger" not in found


def test_one_that_could_never_be_read_is_one(room: Client) -> None:
    new_mailbox(succeeded=None, failures=1, trouble="sign_in_refused", imported=None)
    found = section(room, "mailboxes")
    assert "Has never been read." in found
    assert "saying-danger" in found
    assert "it is filed silently, without acknowledgements" in found


def test_one_that_is_read_but_for_a_mail_is_said(room: Client) -> None:
    new_mailbox(trouble="too_large")
    found = section(room, "mailboxes")
    assert "Is being read, but not all of it." in found
    assert "A mail in it is too large for the desk and stays there." in found


def test_one_at_which_nobody_has_looked_is_not_judged(room: Client) -> None:
    new_mailbox()
    row = new_mailbox(tried=None, succeeded=None)
    assert "Nobody has looked there yet." in section(room, "mailboxes")
    assert not row.is_neglected(timezone.now())


def test_mail_that_nobody_opens_is_said_also_where_no_mailbox_is(
    room: Client, carol: User, settings: LazySettings
) -> None:
    settings.MAIL_IN = []
    mail = new_mail("new", "")
    assert "Mail that was fetched has not been opened yet, the oldest for 5 h." in page(room)
    Incoming.objects.update(received=ago(4 * MINUTE))
    assert "has not been opened yet" not in page(room)
    Incoming.objects.update(received=ago(5), state="quarantined")
    assert try_again(mail, by=carol, now=timezone.now())
    assert "has not been opened yet" not in page(room)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("", ""),
        ("certificate", "Its server's certificate cannot be trusted."),
        ("full_moon", "Reason: full moon."),
    ],
)
def test_a_trouble_is_said_in_words(trouble: str, words: str) -> None:
    assert trouble_in_words(trouble).startswith(words)


def test_every_trouble_of_fetching_has_its_sentence() -> None:
    pattern = re.compile(r'(?:TryLater\(|left = |\{|Error, |abort, |\)\), )"([a-z_]{5,})"(?!:)')
    files = [file for file in FETCH.glob("*.py") if file.name != "source.py"]  # It reads addresses only.
    found = {word for file in files for word in pattern.findall(file.read_text())}
    assert {"certificate", "no_answer", "nonsense", "no_archive", "too_large", "disk_full"} <= found
    assert [word for word in sorted(found) if trouble_in_words(word).startswith("Reason:")] == []


def test_mailboxes_stand_in_the_order_of_mail_in(room: Client) -> None:
    new_mailbox(number=2, folder="Second")
    new_mailbox(number=1, folder="First")
    found = section(room, "mailboxes")
    assert found.index("First") < found.index("Second")
    assert Mailbox.objects.count() == 2
