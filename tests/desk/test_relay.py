"""When our own mail server takes nothing from the desk, somebody is told, and told what to mend."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.models import User
from tests.desk.rows import ago, new_outgoing
from tickets.desk.relay_words import relay_in_words
from tickets.models import Outgoing, Ticket

PASSWORD = "The mail server does not take the desk&#x27;s password."


@pytest.mark.parametrize(
    ("state", "code", "hours", "is_said"),
    [
        ("retry", 535, 0, True),
        ("retry", 554, 0, True),
        ("retry", 450, 5, False),
        ("retry", None, 0, False),
        ("retry", None, 0.3, True),
        ("approved", None, 5, False),
        ("failed", 535, 5, False),
    ],
)
def test_what_no_further_try_mends_is_told_apart(
    ticket: Ticket, state: str, code: int | None, hours: float, *, is_said: bool
) -> None:
    row = new_outgoing(ticket, state=state, reply_code=code, approved=ago(hours))
    now = timezone.now()
    assert row.is_turned_away(now) is is_said
    assert Outgoing.objects.turned_away(now).exists() is is_said


@pytest.mark.parametrize(
    ("code", "words"),
    [(535, "password"), (530, "password"), (554, "takes nothing"), (None, "cannot be reached")],
)
def test_it_is_said_what_the_matter_is(code: int | None, words: str) -> None:
    assert words in relay_in_words(code)


def test_the_ticket_says_why_its_answer_is_still_here(desk: Client, ticket: Ticket) -> None:
    new_outgoing(ticket, state="retry", reply_code=535, not_before=ago(-1))
    page = desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert PASSWORD in page
    assert "Nothing leaves before somebody who runs the desk has mended that." in page


def test_the_house_and_the_mail_room_say_so_too(desk: Client, ticket: Ticket, alice: User) -> None:
    new_outgoing(ticket, state="retry", reply_code=535, not_before=ago(-1))
    new_outgoing(ticket, state="retry", reply_code=None, not_before=ago(-1))
    words = "2 mails cannot leave: the mail server does not take them from us"
    assert f"<span>{words}</span>" in desk.get(reverse("front")).content.decode()
    alice.is_coordinator = True
    alice.save()
    page = " ".join(desk.get(reverse("mail_room")).content.decode().split())
    assert f'<a href="/mail/room/#outbox">{words}</a>' in page
    assert f"{PASSWORD} 2 mails wait for that." in page


def test_one_that_is_put_off_is_no_alarm(desk: Client, ticket: Ticket) -> None:
    new_outgoing(ticket, state="retry", reply_code=451, not_before=ago(-1))
    assert "cannot leave" not in desk.get(reverse("front")).content.decode()
