"""Which machine wrote a mail, by the signs it leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.verdict import Encryption, Signature
from tickets.mail import rules
from tickets.mail.letter import Address, Attachment, Letter, Machine, MachineSigns

HOME = rules.Home(frozenset({"desk.example"}))
LETTER = Letter(
    Encryption.NONE, Signature(), from_=(Address("", "jane@example.org"),), text="hi", message_id="1@x.org"
)


@pytest.mark.parametrize(
    ("signs", "machine"),
    [
        (MachineSigns(), None),
        (MachineSigns(auto_submitted="no"), None),
        (MachineSigns(return_path="<jane@example.org>"), None),
        (MachineSigns(auto_response_suppress="none"), None),
        (MachineSigns(auto_submitted="auto-replied; x=y"), Machine.AUTOMATIC),
        (MachineSigns(auto_submitted="auto-generated"), Machine.AUTOMATIC),
        (MachineSigns(auto_reply=True), Machine.AUTOMATIC),
        (MachineSigns(precedence="auto_reply"), Machine.AUTOMATIC),
        (MachineSigns(auto_response_suppress="dr, oof"), Machine.AUTOMATIC),
        (MachineSigns(return_path="<>", auto_submitted="auto-replied"), Machine.AUTOMATIC),
        (
            MachineSigns(content_type="multipart/report", report_type="disposition-notification"),
            Machine.AUTOMATIC,
        ),
        (MachineSigns(return_path="<>"), Machine.BOUNCE),
        (MachineSigns(content_type="multipart/report", report_type="delivery-status"), Machine.BOUNCE),
        (MachineSigns(content_type="multipart/report"), Machine.BOUNCE),
        (MachineSigns(failed_recipients="a@x.org"), Machine.BOUNCE),
        (MachineSigns(precedence="bulk"), Machine.LIST),
        (MachineSigns(list_id="<list.x.org>"), Machine.LIST),
        (MachineSigns(loop=("help@desk.example",)), Machine.LOOP),
        (MachineSigns(loop=("desk.example",)), Machine.LOOP),
        (MachineSigns(loop=("other.example",)), None),
    ],
)
def test_a_machine_is_known_by_its_signs(signs: MachineSigns, machine: Machine | None) -> None:
    assert rules.machine_of(replace(LETTER, signs=signs), HOME) is machine


@pytest.mark.parametrize(
    ("address", "machine"),
    [
        ("MAILER-DAEMON@x.org", Machine.BOUNCE),
        ("MAILER-DAEMON", Machine.BOUNCE),
        ("postmaster@x.org", None),
        ("no-reply@x.org", Machine.AUTOMATIC),
        ("noreply+7@x.org", Machine.AUTOMATIC),
        ("devnull@tails.example", None),
    ],
)
def test_a_machine_is_known_by_its_name(address: str, machine: Machine | None) -> None:
    assert rules.machine_of(replace(LETTER, from_=(Address("", address),)), HOME) is machine


def test_our_own_mail_is_known() -> None:
    ours = f"wd.{'0' * 32}@Desk.Example"
    assert rules.machine_of(replace(LETTER, message_id=ours), HOME) is Machine.LOOP
    assert rules.machine_of(replace(LETTER, message_id="colleague.1@desk.example"), HOME) is None
    assert rules.machine_of(replace(LETTER, message_id=None), HOME) is None


def test_an_empty_mail_is_one_that_was_sent_empty() -> None:
    empty = replace(LETTER, text=" \n")
    assert rules.is_empty(empty)
    assert not rules.is_empty(replace(empty, subject="Help"))
    assert not rules.is_empty(replace(empty, attachments=(Attachment("a", "text/plain", b"x"),)))
    assert not rules.is_empty(replace(empty, problems=("cut: too many parts",)))
