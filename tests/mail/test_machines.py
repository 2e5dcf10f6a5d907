"""Machines and persons, told apart by all signs together: nobody's mail is a machine's because of one word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import scoreboard
from tickets.mail import rules
from tickets.mail.letter import Machine, Opened
from tickets.mail.parse import read_letter

HOME = rules.Home(frozenset({"desk.example"}))
BOUNCE, AUTOMATIC, LIST, LOOP = Machine.BOUNCE, Machine.AUTOMATIC, Machine.LIST, Machine.LOOP
ANA = "From: Ana <ana@user.example>\nMessage-ID: <1@user.example>\n"
REPORT = "Content-Type: multipart/report; boundary=b; report-type="


def machine_in(raw: bytes) -> Machine | None:
    return rules.machine_of(read_letter(Opened(raw, raw)), HOME)


@pytest.mark.parametrize(
    "head",
    [
        ANA + "Subject: Out of office printer does not print",
        ANA + "Subject: Undelivered mail",
        ANA + "Subject: Automatic reply does not work",
        ANA + "Subject: Re: Abwesenheitsnotiz",
        ANA + "Return-Path: <ana@user.example>\nSubject: Autoreply: how?",
        ANA + "Precedence: normal\nAuto-Submitted: no\nSubject: Hello",
        ANA + "Auto-Submitted: no (a person)\nSubject: Hello",
        ANA + "X-Auto-Response-Suppress: None\nSubject: Hello",
        ANA + "X-Loop: other.example\nSubject: Hello",
        ANA + "X-Autocrypt-Draft: yes\nSubject: Hello",
        ANA + "In-Reply-To: <wd.00000000000000000000000000000000@desk.example>\nSubject: Re: Printer",
        "From: Postmaster of the firm <postmaster@firm.example>\nSubject: Our server refuses your mail",
        "From: root@laptop.example\nSubject: No sound",
        "From: anonymous@user.example\nSubject: help",
        "From: reply@user.example\nSubject: help",
        "From: mail@user.example\nSubject: help",
        "From: bouncer@user.example\nSubject: help",
        "From: help@other.example\nSubject: Submitter wanted",
        "Subject: no sender at all",
        ANA + "Content-Type: multipart/mixed; boundary=b\nSubject: Fwd: failure notice\n\n--b\n\nWhat is this?\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x.example\nAuto-Submitted: auto-replied\n\n"
        "<nils@example.net>:\n550 5.1.1 no\n--b--",
    ],
)  # fmt: skip
def test_a_person_is_no_machine(head: str) -> None:
    assert machine_in(f"{head}\n\nwords\n".encode()) is None


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        ("From: MAILER-DAEMON\nSubject: Returned", BOUNCE),
        ("From: Mailer-Daemon-7@mx.example\nSubject: x", BOUNCE),
        ("From: postmaster@mx.example\nSubject: Undelivered Mail Returned to Sender", BOUNCE),
        ("From: postmaster@mx.example\nAuto-Submitted: auto-generated\nSubject: x", BOUNCE),
        ("From: postmaster@mx.example\nReturn-Path: <>\nSubject: x", BOUNCE),
        ("From: a@x.org\nReturn-Path: <>\nSubject: x", BOUNCE),
        ("From: a@x.org\nX-Failed-Recipients: b@x.org\nSubject: x", BOUNCE),
        (ANA + REPORT + "delivery-status", BOUNCE),
        (ANA + REPORT + "disposition-notification", AUTOMATIC),
        (ANA + REPORT + "feedback-report", AUTOMATIC),
        (ANA + REPORT + "tlsrpt", AUTOMATIC),
        (ANA + "Auto-Submitted: auto-replied (vacation)", AUTOMATIC),
        (ANA + "Auto-Submitted: auto-notified; owner-email=x", AUTOMATIC),
        (ANA + "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply", AUTOMATIC),
        (ANA + "X-Autoreply: yes", AUTOMATIC),
        (ANA + "X-Autoreply-From: a@x.org", AUTOMATIC),
        (ANA + "X-Auto-Reply-From: a@x.org", AUTOMATIC),
        (ANA + "X-AutoRespond: vacation", AUTOMATIC),
        (ANA + "X-Vacation: yes", AUTOMATIC),
        (ANA + "X-FC-MachineGenerated: true", AUTOMATIC),
        (ANA + "X-Cron-Env: <SHELL=/bin/sh>", AUTOMATIC),
        (ANA + "Precedence: auto_reply", AUTOMATIC),
        (ANA + "Preference: auto_reply", AUTOMATIC),
        (ANA + "Precedence: bulk\nSubject: Out of Office: Re: Printer", AUTOMATIC),
        (ANA + "Precedence: junk\nSubject: Abwesenheitsnotiz", AUTOMATIC),
        (ANA + "Return-Path: <>\nSubject: =?utf-8?b?6Ieq5Yqo5Zue5aSNOiBSZTogUHJpbnRlcg==?=", AUTOMATIC),
        (ANA + "Return-Path: <>\nSubject: Réponse automatique : Imprimante", AUTOMATIC),
        (ANA + "Return-Path: <>\nSubject: Автоответ: Принтер", AUTOMATIC),
        (ANA + "Return-Path: <>\nSubject: Auto: Printer", AUTOMATIC),
        (ANA + "Return-Path: <>\nX-Auto-Response-Suppress: All\nSubject: Printer", AUTOMATIC),
        (
            "From: dmarc@mx.example\nSubject: Report Domain: desk.example Submitter: mx.example Report-ID: 7",
            AUTOMATIC,
        ),
        ("From: no-reply@shop.example\nSubject: Your parcel", AUTOMATIC),
        ("From: do_not_reply@shop.example\nSubject: Your parcel", AUTOMATIC),
        ("From: ne-pas-repondre@shop.example\nSubject: Colis", AUTOMATIC),
        (ANA + "List-Id: <talk.lists.example>\nSubject: [talk] hi", LIST),
        (ANA + "List-Id: <talk.lists.example>\nPrecedence: bulk\nSubject: [talk] out of office", LIST),
        (ANA + "Precedence: bulk\nSubject: Offers", LIST),
        (ANA + "List-Unsubscribe: <mailto:x@x.org>\nSubject: Offers", LIST),
        (ANA + "X-Loop: help@desk.example\nSubject: x", LOOP),
        ("From: a@x.org\nMessage-ID: <wd.00000000000000000000000000000000@desk.example>", LOOP),
    ],
)
def test_a_machine_is_one(head: str, machine: Machine) -> None:
    assert machine_in(f"{head}\n\nwords\n".encode()) is machine


def _expected(name: str) -> Machine | None:
    """What the projects that collected the mails say of them, in the names they gave them."""
    kinds = {"ndn": BOUNCE, "dsn": BOUNCE, "multipart_report_emails": BOUNCE, "undelivered": BOUNCE,
             "disposition_notification": AUTOMATIC, "tlsrpt": AUTOMATIC}  # fmt: skip
    return next((machine for sign, machine in kinds.items() if sign in name), None)


@pytest.mark.shared
def test_the_machines_of_the_corpora_are_known(shared: Path) -> None:
    mails = [path for path in sorted((shared / "mail").glob("*/mails/*")) if _expected(path.name)]
    persons = sorted((shared / "whisperback").glob("*/*.eml"))
    wrong = [path.name for path in mails if machine_in(path.read_bytes()) is not _expected(path.name)]
    wrong += [path.name for path in persons if machine_in(path.read_bytes()) not in (None, LIST)]
    scoreboard.record("machine", len(mails) + len(persons) - len(wrong), len(mails) + len(persons))
    assert wrong == []


@pytest.mark.shared
def test_the_bounces_of_the_corpora_say_what_they_are_about(shared: Path) -> None:
    paths = [path for path in sorted((shared / "mail").glob("*/mails/*")) if _expected(path.name) is BOUNCE]
    reports = [read_letter(Opened(raw, raw)).delivery for raw in map(Path.read_bytes, paths)]
    told = [each for each in reports if each and each.recipients and each.code and each.message_ids]
    scoreboard.record("machine: bounce told whole", len(told), len(paths))
    assert len(told) == len(paths)
