"""What a coordinator does in the mail room; nobody else can, and every button says what it did."""

from __future__ import annotations

import logging
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.mailroom.rows import new_breaker, page, post, section
from tests.desk.rows import browser_of, new_mail, new_outgoing, new_ticket
from tests.test_headers import check_headers
from tickets.models import Breaker, Incoming, Queue


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, uuid.UUID]]:
    """What the workers are told of."""
    said: list[tuple[str, uuid.UUID]] = []
    monkeypatch.setattr("tickets.actions.retry.enqueue", lambda task, pk: said.append((task, pk)))
    return said


@pytest.mark.parametrize("person", ["alice", "bob", "charlie"])
def test_nobody_else_can_do_any_of_it(person: str, request: pytest.FixtureRequest, queue: Queue) -> None:
    client = browser_of(request.getfixturevalue(person))
    mail, outgoing = new_mail("quarantined", "gave_up"), new_outgoing(new_ticket(queue), state="failed")
    breaker = new_breaker("")
    for name, identity in (
        ("send_out_again", outgoing.pk),
        ("close_breaker", breaker.pk),
    ):
        assert client.post(reverse(name, args=[identity])).status_code == 404
    assert client.post(reverse("try_shown_again"), {"mail": [mail.pk]}).status_code == 404
    assert client.get(reverse("download_mail", args=[mail.pk])).status_code == 404
    mail.refresh_from_db()
    outgoing.refresh_from_db()
    assert (mail.state, outgoing.state, Breaker.objects.get().closed_by) == ("quarantined", "failed", None)


def test_a_mail_is_downloaded_as_it_came(room: Client) -> None:
    mail = new_mail("quarantined", "gave_up")
    answer = room.get(reverse("download_mail", args=[mail.pk]))
    assert answer.content == b"Subject: swordfish\n\nnobody may read this here"
    check_headers(answer)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mail-{mail.pk.hex[:8]}.eml"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_who_downloaded_a_mail_is_kept_by_numbers_only(
    room: Client, carol: User, caplog: pytest.LogCaptureFixture
) -> None:
    mail = new_mail("set_aside", "no_key")
    with caplog.at_level(logging.INFO, logger="tickets"):
        room.get(reverse("download_mail", args=[mail.pk]))
    assert caplog.messages == [f"incoming {mail.pk} was downloaded by user {carol.pk}"]


@pytest.mark.parametrize(
    "values", [{"state": "filed"}, {"state": "new"}, {"state": "set_aside", "key": None}]
)
def test_what_was_filed_or_is_gone_cannot_be_downloaded(room: Client, values: dict[str, object]) -> None:
    mail = new_mail("set_aside", "loop")
    Incoming.objects.update(**values)
    assert room.get(reverse("download_mail", args=[mail.pk])).status_code == 404


def test_all_mails_that_were_shown_are_tried_again_and_no_others(
    room: Client, carol: User, told: list[tuple[str, uuid.UUID]]
) -> None:
    shown = [new_mail("quarantined", "no_room") for _ in range(3)]
    came_meanwhile = new_mail("quarantined", "no_room")
    found = post(room, "try_shown_again", mail=[mail.pk for mail in shown], back="room")
    assert "3 mails are tried again. Those that fail again come back here." in found
    assert "<h1>Mail room</h1>" in found
    assert set(told) == {("open_incoming", mail.pk) for mail in shown}
    assert list(Incoming.objects.filter(state="quarantined")) == [came_meanwhile]
    assert set(Incoming.objects.filter(state="new").values_list("decided_by", flat=True)) == {carol.pk}


def test_what_somebody_else_decided_about_meanwhile_is_left_and_said(room: Client) -> None:
    mails = [new_mail("quarantined", "no_room") for _ in range(3)]
    Incoming.objects.filter(pk=mails[0].pk).update(state="filed")
    found = post(
        room, "try_shown_again", mail=[*[mail.pk for mail in mails], uuid.uuid4()], back="quarantine"
    )
    assert "2 mails are tried again." in found
    assert "2 were left as they are: somebody else decided about them already" in found


def test_what_is_no_list_of_mails_is_refused(room: Client) -> None:
    assert room.post(reverse("try_shown_again"), {"mail": ["all"]}).status_code == 400


def test_the_button_for_all_lists_what_is_shown(room: Client) -> None:
    mails = [new_mail("quarantined", "no_room") for _ in range(7)]
    found = page(room)
    assert "Try all 5 shown here again" in found
    assert found.count('name="mail"') == 5
    assert "All 7 in quarantine" in found
    everything = page(room, "mail_room_quarantine", "?reason=no_room")
    assert all(f'name="mail" value="{mail.pk}"' in everything for mail in mails)
    assert 'name="back" value="quarantine"' in everything
    assert 'name="reason" value="no_room"' in everything


def test_one_leads_back_to_where_the_button_was(room: Client) -> None:
    for back, address in (
        ("room", "/mail/room/"),
        ("aside", "/mail/room/aside/?reason=loop"),
        ("https://evil.example/", "/mail/?reason=loop"),
    ):
        mail = new_mail("set_aside", "loop")
        given = {"back": back, "reason": "" if back == "room" else "loop"}
        answer = room.post(reverse("try_again", args=[mail.pk]), given)
        assert answer.headers["Location"] == address


def test_mails_are_counted_by_rule_with_a_list_behind_each(room: Client) -> None:
    for reason in ("loop", "no_key", "no_key"):
        new_mail("set_aside", reason)
    counted = section(room, "aside")
    assert counted.index("not to a key we have") < counted.index("our own mails coming back")
    assert "2 mails" not in counted
    assert "3 mails are set aside." in counted
    listed = page(room, "mail_room_aside", "?reason=no_key")
    assert listed.count(">Try again</button>") == 2
    assert listed.count(">Download</a>") == 2
    assert "our own mails coming back" not in listed
    assert "There is no mail here." in page(room, "mail_room_quarantine")


def test_an_open_breaker_says_for_whom_and_is_closed(room: Client, carol: User) -> None:
    new_breaker("secret-digest", count=2)
    everybody = new_breaker("", count=14)
    found = section(room, "automatic")
    assert "The breaker is open: there was too much automatic mail, and 14 were stopped." in found
    assert found.index("to everybody") < found.index("to one address")
    assert "secret-digest" not in found
    found = post(room, "close_breaker", everybody.pk, back="room")
    assert "The breaker is closed: automatic mail flows again." in found
    assert "1 address gets no more for now: it had its share." in found
    everybody.refresh_from_db()
    assert everybody.closed_by == carol
    assert "the breaker was closed already" in post(room, "close_breaker", everybody.pk, back="room")


def test_many_breakers_are_not_all_listed(room: Client) -> None:
    for number in range(8):
        new_breaker(f"digest {number}")
    new_breaker("over", hours=-1)
    found = section(room, "automatic")
    assert "and 3 more" in found
    assert found.count("to one address") == 5
