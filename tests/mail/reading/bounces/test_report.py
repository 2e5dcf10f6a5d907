"""What delivery reports say, in the forms of many servers; tests/mails/bounces holds one of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tickets.mail import rules
from tickets.mail.letter import Delivery, DeliveryReport, Letter, Machine, Opened
from tickets.mail.parse import read_letter
from tickets.mail.reading.bounces.delivery_status import address_of, code_in, read_status

F, L, D = Delivery.FAILED, Delivery.DELAYED, Delivery.DELIVERED
REPORTS = Path(__file__).parents[3] / "mails" / "bounces"
HOME = rules.Home(frozenset({"desk.example"}))
NILS = ("nils@example.net",)
OURS = ("wd.1@desk.example",)


def letter_of(raw: bytes) -> Letter:
    return read_letter(Opened(raw, raw))


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("qmail", DeliveryReport(F, "5.1.1", NILS, OURS)),
        ("exim", DeliveryReport(F, "5.0.0", ("nils@example.net", "olga@example.net"), OURS)),
        ("exim-warning", DeliveryReport(L, "", NILS, OURS)),
        ("exchange-365", DeliveryReport(F, "5.1.10", ("nils@firm.example",), OURS)),
        ("exchange-old", DeliveryReport(F, "", ("nils@firm.example",), ())),
        ("yahoo", DeliveryReport(F, "5.0.0", ("nils@yahoo.example",), OURS)),
        ("gmx", DeliveryReport(F, "5.2.2", NILS, OURS)),
        ("qq", DeliveryReport(F, "5.0.0", ("10005@qq.example",), ())),
        ("netease", DeliveryReport(F, "5.7.1", NILS, OURS)),
        ("sendmail", DeliveryReport(F, "5.1.1", NILS, OURS)),
        ("domino", DeliveryReport(F, "5.1.1", ("nils@notes.example",), OURS)),
        ("two-fates", DeliveryReport(L, "4.4.1", ("late@example.net",), OURS)),
        ("delivered", DeliveryReport(D, "2.1.5", NILS, OURS)),
        ("no-action", DeliveryReport(L, "4.2.2", NILS, ())),
        ("spanish", DeliveryReport(F, "4.2.2", ("nils@correo.example",), ())),
        ("armored", DeliveryReport(F, "5.1.1", NILS, OURS)),
    ],
)
def test_a_servers_report_is_understood(name: str, report: DeliveryReport) -> None:
    letter = letter_of((REPORTS / f"{name}.eml").read_bytes())
    assert letter.delivery == report
    assert rules.machine_of(letter, HOME) is Machine.BOUNCE


@pytest.mark.parametrize(
    "raw",
    [
        b"From: Ana <ana@user.example>\n\n<nils@example.net>: 550 5.1.1 no such user. What does it mean?",
        b"From: postmaster@firm.example\nSubject: Printer\n\n<nils@example.net>:\n550 5.1.1 no such user",
        b"Return-Path: <>\nFrom: shop@example.net\nSubject: 550 offers\n\nBuy 5.0.0 now: x@example.net",
        b"From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n\nsome words",
        b"From: ana@user.example\nSubject: Undeliverable: what is this?\n\nnils@example.net: 550 5.1.1",
        b"Content-Type: multipart/report; boundary=b\nFrom: a@x.org\n\n--b\n\nwords\n--b--",
        b"",
    ],
)
def test_what_reports_nothing_is_no_report(raw: bytes) -> None:
    assert letter_of(raw).delivery is None


def test_words_that_break_the_library_are_read_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_message: object) -> object:
        raise ValueError

    monkeypatch.setattr("tickets.mail.reading.bounces.report.all_failures", breaks)
    report = letter_of((REPORTS / "qmail.eml").read_bytes()).delivery
    assert report == DeliveryReport(F, "5.1.1", NILS, OURS)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("#5.7.1 smtp;550", "5.7.1"),
        ("host 5.1.1.7 said 421 later", "4.0.0"),
        ("sendmail 8.5.1.1", ""),
        ("554: no", "5.0.0"),
        ("at 10:550 o'clock, 5500 boxes, 4.5", ""),
        ("", ""),
    ],
)
def test_a_code_is_no_other_number(words: str, code: str) -> None:
    assert code_in(words) == code


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; <Jane@Example.ORG>", "Jane@example.org"),
        ("rfc822;jane@example.org.", "jane@example.org"),
        ("unknown; jane", ""),
        ("rfc822; jane roe@example.org", ""),
        ("", ""),
    ],
)
def test_an_address_is_taken_from_its_field(value: str, address: str) -> None:
    assert address_of(value) == address


def test_a_status_part_may_be_long() -> None:
    status = read_status(
        "\n\n".join(f"Action: failed\nFinal-Recipient: rfc822; {n}@x.org" for n in range(500))
    )
    assert len(status.fates) == 100


def test_the_first_field_of_a_name_counts_and_lines_go_on() -> None:
    (fate,) = read_status(
        " lost\nAction:\n failed\nAction: delivered\nStatus: 5.0.0\nDiagnostic-Code: smtp;\n\t421 4.2.1 no"
    ).fates
    assert (fate.outcome, fate.code) == (F, "5.0.0")
