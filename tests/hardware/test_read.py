"""Reports of every era are read as what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.report.facts import Report
from hardware.report.headers import Prefill
from hardware.report.read import looks_like_report, read_report

Read = Callable[[str], Report]
Text = Callable[[str], str]

ALL = ("7.6-everything", "7.6-nothing", "7.1-empty", "6.3-prefilled", "5.15-french", "3.6-long-lines")
ODD = ("0.7-oldest", "7.6-pasted", "7.6-adversarial")
FINGERPRINT = "D0B543BDC5C5B73C68AF07DD1108C21D907FF019"


@pytest.mark.parametrize(
    ("name", "versions", "address", "counts"),
    [
        ("7.6-everything", ("7.6", "7.2"), "nadia@example.org", (3, 17)),
        ("7.6-nothing", (None, None), None, (1, 0)),
        ("7.1-empty", ("7.1~rc1", None), None, (3, 0)),
        ("6.3-prefilled", ("6.3", None), None, (0, 0)),
        ("5.15-french", ("5.15", None), "paul@example.fr", (3, 9)),
        ("3.6-long-lines", ("3.6", None), "quentin@example.net", (2, 8)),
        ("0.7-oldest", ("0.5", None), None, (0, 2)),
        ("7.6-pasted", ("7.6", None), None, (0, 3)),
        ("7.6-adversarial", ("7.6", None), "mallory@example.org", (1, 2)),
    ],
)
def test_every_era_is_read(
    report: Read, name: str, versions: tuple[str | None, ...], address: str | None, counts: tuple[int, int]
) -> None:
    found = report(name)
    assert (found.tails_version, found.initially_installed_version) == versions
    assert found.reply_address == address
    assert (len(found.questions), len(found.sections)) == counts
    assert found.unread == ()


@pytest.mark.parametrize("name", ALL + ODD)
def test_every_era_looks_like_a_report(report_text: Text, name: str) -> None:
    text = report_text(name)
    hint = "Bug report: 0123456789abcdef0123456789abcdef"
    assert looks_like_report(text, hint)
    assert looks_like_report("\n\n" + text.replace("\n", "\r\n"), hint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello,\n\nwhich Tails-Version: should I take?\n",
        "> Tails-Version: 7.6 - 20250101\n\nThanks!",
        "Subject: hello\nDate: today\n\nA forwarded mail.",
        "Title\n-----\n\nWords.",
    ],
)
def test_ordinary_mail_is_no_report(text: str) -> None:
    assert not looks_like_report(text)
    assert read_report(text) is None


def test_a_bare_report_is_known_by_its_subject() -> None:
    assert not looks_like_report("Subject: x\n\n\nwords")
    assert looks_like_report("Subject: x\n\n\nwords", "[list] Bug report: 0123456789abcdef0123456789abcde")


def test_the_printed_form_has_the_hardware_inside(report: Read) -> None:
    printed = replace(report("7.6-everything"), language="en").as_dict()
    assert list(printed) == [
        "subject",
        "from_line",
        "reply_address",
        "openpgp_key",
        "headers_included",
        "debugging_info_included",
        "tails_version",
        "initially_installed_version",
        "prefill",
        "questions",
        "language",
        "empty_user_text",
        "hardware",
    ]
    assert printed["language"] == "en"
    assert report("7.6-nothing").as_dict()["hardware"] is None


def test_what_another_program_filled_in_is_kept(report: Read) -> None:
    found = report("6.3-prefilled")
    assert found.prefill == Prefill("tps_frontend", "Failed to activate", "first line\n<b>second</b> line")
    assert found.empty_user_text


def test_three_empty_answers_are_no_words(report: Read) -> None:
    assert report("7.1-empty").empty_user_text


def test_words_around_a_pasted_report_are_the_users(report: Read) -> None:
    found = report("7.6-pasted")
    assert found.user_text == "Hello,\n\nI could not send this from Tails, so I copy it here."
    assert found.subject is None
    assert found.hardware
    assert found.hardware.board.model() == "Dell Wonder 2000"


def test_what_a_user_pastes_never_wins(report: Read) -> None:
    found = report("7.6-adversarial")
    assert found.hardware
    assert found.hardware.board.product_name == "Real 1"
    assert found.hardware.firmware.extra_options == ()
    assert found.openpgp_key
    assert found.openpgp_key.fingerprint == FINGERPRINT
    answer = found.questions[0][1]
    assert "Fake 9000" in answer
    assert "bm90IGEga2V5" in answer
    assert answer.endswith("My real key follows.")


def test_another_way_to_a_fingerprint_can_be_given(report_text: Text) -> None:
    found = read_report(report_text("7.6-everything"), fingerprint_of=lambda block: None)
    assert found
    assert found.openpgp_key
    assert found.openpgp_key.block_is_parseable is False
    assert found.unread == ("OpenPGP-Key",)


def test_an_agent_sees_the_main_facts(report: Read) -> None:
    facts = dict(report("7.6-everything").facts())
    assert facts == {
        "Tails version": "7.6",
        "First installed": "7.2",
        "Model": "Lenovo ThinkPad Q999",
        "Graphics": "Imagined Corp. Graphics [Deluxe 9] [8086:ff02]; Dreamt Corp. Device [10de:ff04]",
        "Wi-Fi": "Imagined Corp. Wireless 9 [8086:ff05]",
        "Processor": "Imagined(R) Fast(TM) 9 CPU @ 2.00GHz",
        "Memory": "8.1 GB",
        "Boot mode": "UEFI, Secure Boot",
        "Boot options": "nomodeset",
        "USB stick": "Dreamt Stick 9 14.9G [ffff:0002]",
        "Persistent Storage": "locked",
    }
