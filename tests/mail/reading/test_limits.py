"""What is cut from a mail, and that it is said."""

from __future__ import annotations

import pytest

from tickets.mail.letter import Quarantine
from tickets.mail.reading import limits
from tickets.mail.reading.limits import Problems, header_block


def test_a_mail_beyond_the_limit_is_not_read_at_all() -> None:
    with pytest.raises(Quarantine) as stop:
        limits.refuse_too_large(b"x" * (limits.TOTAL_BYTES + 1))
    assert stop.value.reason == "too_large"


def test_a_header_block_ends_at_the_blank_line() -> None:
    problems = Problems()
    assert header_block(b"A: 1\r\n 2\r\nB: 3\r\n\r\nC: 4\r\n", 0, problems) == (
        [b"A: 1\r\n 2\r\n", b"B: 3\r\n"],
        18,
    )
    assert problems.said == []


def test_a_mail_may_have_no_body() -> None:
    assert header_block(b"A: 1\nB: 2", 0, Problems()) == ([b"A: 1\n", b"B: 2"], 9)


def test_a_missing_blank_line_is_forgiven() -> None:
    problems = Problems()
    assert header_block(b"A: 1\nHello there\n", 0, problems) == ([b"A: 1\n"], 5)
    assert problems.said == ["broken: the headers hold something else"]


def test_rubbish_between_the_mails_own_headers_is_passed_over() -> None:
    raw = b"A: 1\nrubbish line\nmore rubbish\nSubject: yes\n\nbody\nFrom: no\n"
    fields, body = header_block(raw, 0, Problems())
    assert fields == [b"A: 1\n", b"Subject: yes\n"]
    assert raw[body:] == b"body\nFrom: no\n"


def test_a_part_ends_its_headers_at_a_delimiter() -> None:
    fields, body = header_block(
        b"A: 1\n--b:x\nSubject: no\n\n", 0, Problems(), lambda line: line == b"--b:x\n"
    )
    assert (fields, body) == ([b"A: 1\n"], 5)


def test_a_long_header_is_cut_whether_in_one_line_or_in_many() -> None:
    for raw in (b"A: " + b"x" * 100_000 + b"\n\n", b"A: 1\n" + b" x\n" * 50_000 + b"\n"):
        problems = Problems()
        (field,), _ = header_block(raw, 0, problems)
        assert len(field) <= limits.HEADER_BYTES
        assert problems.said == ["cut: a header is too long"]


@pytest.mark.parametrize("raw", [b"A: 1\n" * 5_000, b"".join([b"A: " + b"x" * 9_000 + b"\n"] * 100)])
def test_too_many_headers_are_cut_but_read_to_their_end(raw: bytes) -> None:
    problems = Problems()
    fields, body = header_block(raw + b"\nbody", 0, problems)
    assert len(fields) <= limits.HEADERS
    assert sum(map(len, fields)) <= limits.HEADERS_BYTES + limits.HEADER_BYTES
    assert (raw + b"\nbody")[body:] == b"body"
    assert problems.said == ["cut: too many headers"]
