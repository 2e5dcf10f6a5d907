"""A writer's own words, found by structure in any language."""

from __future__ import annotations

import time

import pytest

from tickets.mail.reading.flowed import unflowed
from tickets.mail.reading.replies.quotes import answer_in

OUTLOOK = """
From: Help Desk <help@desk.example>
Sent: Monday, 2 November 2026 09:12
To: Jane Roe
Subject: Your question

Older words"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Just words.\n", "Just words."),
        ("Yes.\n\nOn Mon, 2 Nov 2026, Jane Roe wrote:\n> Is it on?\n> Really?\n", "Yes."),
        (
            "Oui.\n\nLe lun. 2 nov. 2026 à 09:12, Jane Roe\n<jane@example.org> a écrit :\n\n> Allumé ?\n",
            "Oui.",
        ),
        ("Да.\n\nпн, 2 нояб. 2026 г. в 09:12, Jane:\n> Включён?\n", "Да."),
        ("بله.\n\nدر تاریخ ۲ نوامبر ۲۰۲۶، Jane نوشت:\n> روشن است؟\n", "بله."),
        ("是的。\n\n在 2026年11月2日，Jane 写道：\n> 开了吗？\n", "是的。"),
        ("Yes.\nMonday, 2 November 2026, Jane:\n> Is it on?", "Yes."),
        ("Yes.\n\njane@example.org writes:\n> Is it on?", "Yes."),
        ("I tried these:\n> nomodeset\nNo luck.", "I tried these:\nNo luck."),
        ("> Is it on?\nYes.\n\n> Really?\nReally.", "Yes.\n\nReally."),
        ("Yes.\n-- \nJane\nFoundation", "Yes."),
        ("-- \nJane\n\n> Is it on?\nYes.", "Yes."),
        ("Yes.\n" + OUTLOOK, "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: Desk\nSent: today\nTo: me\n\nOlder", "Yes."),
        ("Ja.\n\n________________________________\nVon: Desk\nGesendet: heute\nAn: mich\n\nAlt", "Ja."),
        ("Subject: x\nFrom: j@x.org\nVersion: 3\n\nSubject: y\nFrom: k@x.org\nTo: me\n\nwords", None),
        ("CPU: fast\nRAM: much\n\nIt hangs.", None),
        ("It hangs.\nCPU: fast\nRAM: much\nDisk: old", None),
        ("> only quoted", ""),
        ("", ""),
        ("x" * 500 + ":\n> quoted", "x" * 500 + ":"),
    ],
)
def test_the_answer_is_what_the_writer_wrote(text: str, answer: str | None) -> None:
    assert answer_in(text) == (text if answer is None else answer)


@pytest.mark.parametrize(
    "text",
    ["> \na:\n" * 15_000, "Name: a@b\n" * 40_000, "\n> " * 50_000, "-- \n" * 50_000, "-----\n" * 50_000,
     "words\nA: @\nB: @\nwords\n" * 20_000, "On 1:\n" * 15_000 + ">", ":" * 100_000, ">" * 100_000],
)  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    begun = time.monotonic()
    answer_in(text)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("text", "delete_space", "joined"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("on \ne", True, "one"),
        ("> one \n> two\n>> deep \n> not deep", False, "> one two\n>> deep \n> not deep"),
        ("words \n-- \nJane", False, "words \n-- \nJane"),
        ("  stuffed", False, " stuffed"),
        ("", False, ""),
    ],
)
def test_flowed_lines_are_joined(text: str, delete_space: bool, joined: str) -> None:
    assert unflowed(text, delete_space=delete_space) == joined


def test_a_long_paragraph_is_joined_in_one_pass() -> None:
    assert len(unflowed("a \n" * 300_000)) == 600_000
