"""Handing over: every answer of a mail server has one outcome, and nothing is said without protection."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.mail.script import HANG_UP, SILENCE, ScriptedServer
from tickets.mail import send
from tickets.mail.send import Outcome, hand_over

MAIL = b"From: help@desk.example\r\nTo: ana@user.example\r\nSubject: Re: No sound\r\n\r\n.hidden\r\n..\r\nWords.\r\n"
pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    "url",
    ["smtp://localhost:25", "http://localhost", "smtp+starttls://localhost:1", "smtps://localhost:port", ""],
)
def test_without_protection_or_server_nothing_is_handed_over(settings: LazySettings, url: str) -> None:
    settings.MAIL_OUT = url
    assert hand_over("a@desk.example", "b@user.example", MAIL) == (Outcome.LATER, None)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, (Outcome.ACCEPTED, 250)),
        ({"greeting": "421 busy"}, (Outcome.LATER, 421)),
        ({"greeting": HANG_UP}, (Outcome.LATER, None)),
        ({"STARTTLS": HANG_UP}, (Outcome.LATER, None)),
        ({"STARTTLS": "454 not now"}, (Outcome.LATER, 454)),
        ({"MAIL": "421 going away"}, (Outcome.LATER, 421)),
        ({"MAIL": HANG_UP}, (Outcome.LATER, None)),
        ({"RCPT": "450 greylisted"}, (Outcome.LATER, 450)),
        ({"RCPT": "451 come back"}, (Outcome.LATER, 451)),
        ({"RCPT": "550 no such mailbox"}, (Outcome.REFUSED, 550)),
        ({"RCPT": "552 mailbox full"}, (Outcome.REFUSED, 552)),
        ({"RCPT": "251 will forward"}, (Outcome.ACCEPTED, 250)),
        ({"RCPT": SILENCE}, (Outcome.LATER, None)),
        ({"DATA": "554 no"}, (Outcome.REFUSED, 554)),
        ({"DATA": HANG_UP}, (Outcome.LATER, None)),
        ({"DATA": SILENCE}, (Outcome.LATER, None)),
        ({"dot": "552 too large"}, (Outcome.REFUSED, 552)),
        ({"dot": "451 try again"}, (Outcome.LATER, 451)),
        ({"dot": "421 going away"}, (Outcome.LATER, 421)),
        ({"dot": "200 taken"}, (Outcome.ACCEPTED, 200)),
        ({"dot": "nonsense"}, (Outcome.UNSURE, -1)),
        ({"dot": "354 go on"}, (Outcome.UNSURE, 354)),
        ({"dot": HANG_UP}, (Outcome.UNSURE, None)),
        ({"dot": SILENCE}, (Outcome.UNSURE, None)),
    ],
)
def test_every_answer_of_a_server_has_one_outcome(
    scripted: Callable[..., ScriptedServer],
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, str],
    expected: tuple[Outcome, int | None],
) -> None:
    monkeypatch.setattr(send, "SMTP_SECONDS", 0.3)
    scripted(answers=answers)
    assert hand_over("help@desk.example", "ana@user.example", MAIL) == expected


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_after_a_refusal_nothing_more_is_said(scripted: Callable[..., ScriptedServer], verb: str) -> None:
    server = scripted(answers={verb: "550 no"})
    hand_over("help@desk.example", "ana@user.example", MAIL)
    assert server.commands[-1].upper().startswith(verb)
    assert server.mails == []


def test_a_server_that_stops_reading_before_the_dot_has_not_got_the_mail(
    scripted: Callable[..., ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "SMTP_SECONDS", 0.3)
    scripted(read_mail=False)
    outcome = hand_over("help@desk.example", "ana@user.example", MAIL + b"word " * 5_000_000)
    assert outcome == (Outcome.LATER, None)


def test_a_server_without_starttls_gets_nothing(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted(offer_starttls=False)
    assert hand_over("help@desk.example", "ana@user.example", MAIL) == (Outcome.LATER, None)
    assert [command.split()[0].upper() for command in server.commands] == ["EHLO"]


def test_a_server_with_a_wrong_certificate_gets_nothing(
    scripted: Callable[..., ScriptedServer], settings: LazySettings
) -> None:
    server = scripted()
    settings.MAIL_CA_FILE = ""
    assert hand_over("help@desk.example", "ana@user.example", MAIL) == (Outcome.LATER, None)
    assert [command.split()[0].upper() for command in server.commands] == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize(
    "recipient",
    [
        "аня@user.example",
        "ana@user.example>\r\nRCPT TO:<eve@evil.example",
        "ana\r\nRCPT TO:<eve@evil.example>",
        "ana <eve@evil.example>",
        "ana@user.example, eve@evil.example",
        "",
    ],
)
def test_an_address_that_is_not_one_address_is_refused(
    scripted: Callable[..., ScriptedServer], recipient: str
) -> None:
    server = scripted()
    assert hand_over("help@desk.example", recipient, MAIL) == (Outcome.REFUSED, None)
    assert server.commands == []


def test_an_address_of_our_own_that_cannot_be_said_is_a_refusal(
    scripted: Callable[..., ScriptedServer],
) -> None:
    server = scripted()
    assert hand_over("аня@desk.example", "ana@user.example", MAIL) == (Outcome.REFUSED, None)
    assert server.commands == []


def test_a_quoted_address_is_said_as_it_is(scripted: Callable[..., ScriptedServer]) -> None:
    server = scripted()
    hand_over("help@desk.example", '"an a"@user.example', MAIL)
    assert 'rcpt TO:<"an a"@user.example>' in server.commands


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b".a\r\n..b", b"..a\r\n...b\r\n.\r\n"),
        (b"a\n.\nQUIT\n", b"a\r\n..\r\nQUIT\r\n.\r\n"),
        (b"a\r\n\r\n", b"a\r\n\r\n.\r\n"),
    ],
)
def test_dots_at_the_beginning_of_lines_are_doubled(
    scripted: Callable[..., ScriptedServer], mail: bytes, expected: bytes
) -> None:
    server = scripted()
    hand_over("help@desk.example", "ana@user.example", mail)
    assert server.mails == [expected]


@pytest.mark.parametrize("way", ["", "_TLS"])
def test_a_real_server_gets_the_mail_as_it_is(sink: Path, settings: LazySettings, way: str) -> None:
    settings.MAIL_OUT = os.environ["WD_TEST_SMTPS" if way else "WD_TEST_SMTP"]
    mail = MAIL + uuid.uuid4().hex.encode() + b"\r\n"
    assert hand_over("help@desk.example", "ana@user.example", mail) == (Outcome.ACCEPTED, 250)
    folder = Path(os.environ[f"WD_TEST_SINK{way}"])
    assert sum(path.read_bytes().endswith(mail) for path in folder.glob("*.eml")) == 1


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("refused@user.example", (Outcome.REFUSED, 550)),
        ("later@user.example", (Outcome.LATER, 451)),
        ("hangup@user.example", (Outcome.UNSURE, None)),
    ],
)
def test_a_real_server_is_understood(
    sink: Path, recipient: str, expected: tuple[Outcome, int | None]
) -> None:
    assert hand_over("help@desk.example", recipient, MAIL) == expected


@pytest.mark.parametrize("name", ["WD_TEST_SMTP", "WD_TEST_SMTPS"])
def test_a_wrong_password_or_certificate_hands_nothing_over(
    sink: Path, settings: LazySettings, name: str
) -> None:
    scheme, _, rest = os.environ[name].partition("://")
    settings.MAIL_OUT = f"{scheme}://desk:wrong@{rest.partition('@')[2]}"
    assert hand_over("a@desk.example", "b@user.example", MAIL) == (Outcome.LATER, 535)
    settings.MAIL_OUT, settings.MAIL_CA_FILE = os.environ[name], ""
    assert hand_over("a@desk.example", "b@user.example", MAIL) == (Outcome.LATER, None)
