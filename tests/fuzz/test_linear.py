"""Twice as much rubbish costs twice the work, not four times: counted in calls, so that a busy machine changes nothing."""

from __future__ import annotations

import sys
import time
from types import FrameType

import pytest

from tests.fuzz.bombs import SHAPES
from tests.fuzz.targets import TARGETS

SIZE = 100_000
CHECKS = {target.name: target.check for target in TARGETS}

# What each reader might look at again and again.
HOSTILE = [
    ("mime", b"Content-Type: multipart/mixed; boundary=b\n\n", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
    ("mime", b"Content-Type: multipart/mixed\n\n", b"--b \nContent-\n"),
    ("mime", b"Content-Type: multipart/mixed; boundary=b\n\n", b"--bb\n"),
    ("mime", b"", b"a: b\n"),
    ("mime", b"Subject: x\n", b" folded\n"),
    ("letter", b"From: a@b.example\nSubject: ", b"=?utf-8?q?x?= "),
    ("letter", b"From: a@b.example\n\n", b"begin 644 x\n#0V%T\n"),
    ("letter", b"From: MAILER-DAEMON@b.example\n\n", b"<a@b.example>: 550 5.1.1\n"),
    ("letter", b"From: MAILER-DAEMON@b.example\n\n", b"Message-ID: <a@b>\n"),
    ("letter", b"Content-Type: x; ", b"name*0*=utf-8''a;"),
    ("letter", b"Content-Type: text/html\n\n", b"<div><blockquote>"),
    ("letter", b"Content-Transfer-Encoding: base64\n\n", b"YQ==\n"),
    ("letter", b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n", b"#0V%T\n"),
    ("status", b"", b"[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1 x\n"),
    ("status", b"", b"[GNUPG:] PLAINTEXT 62 0\n"),
    ("addresses", b"", b"("),
    ("addresses", b"", b"a@b.example, "),
    ("addresses", b"", b'"<'),
    ("addresses", b"", b"=?utf-8?q?"),
    ("quotes", b"", b"> \nOn 2026 a <a@b> wrote:\n"),
    ("quotes", b"words\n", b"From: a@b 2026\n\n"),
    ("quotes", b"words\n", b"On 2026 a <a@b> wrote:\n\n"),
    ("quotes", b"", b"-----Original Message-----\n"),
    ("quotes", b"\n" * 1000, b"\nOn 2026 a <a@b> wrote:\n\n"),
    ("quotes", b"words\n", b"-- \n"),
    ("html", b"", b"<a <a <a"),
    ("html", b"", b"<p>x<br>"),
    ("packets", b"", b"\xca\x03PGP"),
    ("packets", b"", b"-----BEGIN PGP MESSAGE-----\n"),
    ("packets", b"\xd2\xe9" + b"x" * 512, b"\xe0x"),
    ("report", b"Tails-Version: 7.1\n", b"======= content of /x =======\n"),
    ("report", b"Tails-Version: 7.1\n", b"{"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "head", "piece"), HOSTILE)
def test_twice_as_much_costs_twice_as_much(name: str, head: bytes, piece: bytes) -> None:
    half = _calls(name, head + piece * (SIZE // 2 // len(piece)))
    assert _calls(name, head + piece * (SIZE // len(piece))) < half * 2.6 + 2000


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bomb_of_twice_the_size_costs_twice_the_work(shape: str) -> None:
    half = _calls("structure", SHAPES[shape](SIZE))
    assert _calls("structure", SHAPES[shape](2 * SIZE)) < half * 2.6 + 2000


def _calls(name: str, data: bytes) -> int:
    """How many functions the reader calls, ours and those of C. What one of C does by itself is caught by the clock."""
    count = 0

    def counts(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    begun = time.process_time()
    sys.setprofile(counts)
    try:
        CHECKS[name](data)
    finally:
        sys.setprofile(before)
    assert time.process_time() - begun < 20
    return count


def test_a_reader_that_looks_at_all_of_it_for_each_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def looks_back(data: bytes) -> None:
        lines = data.split(b"\n")
        for place in range(len(lines)):
            for line in lines[:place:10]:
                line.strip()

    monkeypatch.setitem(CHECKS, "quotes", looks_back)
    with pytest.raises(AssertionError):
        test_twice_as_much_costs_twice_as_much("quotes", b"", b"from one to another\n")
