"""Mails taken apart: whole ones, broken ones, and bombs."""

from __future__ import annotations

import pytest

from tickets.mail.reading import limits
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart

MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"


def apart(raw: bytes) -> tuple[Part, list[str]]:
    problems = Problems()
    return take_apart(raw, problems), problems.said


def test_parts_keep_their_bytes_and_their_order() -> None:
    root, said = apart(MIXED + b"preamble\n--b\nX: 1\n\nfirst\n\n--b  \r\n\r\nsecond\r\n--b--\nepilogue")
    assert [part.body for part in root.children] == [b"first\n", b"second"]
    assert root.children[0].headers["X"] == "1"
    assert said == []


@pytest.mark.parametrize("start", [b"From jane Mon Nov  2 09:00:00 2026\n", b"\r\n\n", b">From x\n", b""])
def test_what_stands_before_the_headers_is_skipped(start: bytes) -> None:
    root, _ = apart(start + b"Subject: hello\n\nbody")
    assert (root.headers["Subject"], root.body) == ("hello", b"body")


def test_nested_parts_end_with_their_parent() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=i\n\n--i\n\nplain\n--i\n\nrich\n"
    root, said = apart(MIXED + b"--b\n" + inner + b"--b\n\nlast\n--b--\n")
    assert [[child.body for child in part.children] or part.body for part in root.children] == [
        [b"plain", b"rich"],
        b"last",
    ]
    assert said == []


def test_a_multipart_without_an_end_has_its_last_part() -> None:
    root, said = apart(MIXED + b"--b\n\nfirst\n--b\n\nsecond")
    assert [part.body for part in root.children] == [b"first", b"second"]
    assert said == ["broken: a multipart has no end"]


@pytest.mark.parametrize("raw", [MIXED + b"just text\n", b"Content-Type: multipart/mixed\n\njust text\n"])
def test_a_multipart_without_parts_keeps_its_text(raw: bytes) -> None:
    root, _ = apart(raw)
    assert (root.children, root.body) == ([], b"just text\n")


def test_a_delimiter_may_be_the_first_line() -> None:
    root, _ = apart(b"Content-Type: multipart/mixed; boundary=b\n--b\n\ntext\n--b--")
    assert [part.body for part in root.children] == [b"text"]


def test_a_header_may_look_like_a_delimiter() -> None:
    root, _ = apart(MIXED + b"--b\n--x: 1\n\ntext\n--bb\n--b--")
    assert [(part.headers["--x"], part.body) for part in root.children] == [("1", b"text\n--bb")]


@pytest.mark.parametrize("line", [b"--\n", b"--bx\n", b"--b" + b" " * 200 + b"x\n", b"\n", b"-- b\n"])
def test_lines_that_are_almost_delimiters_cost_nothing(line: bytes) -> None:
    root, said = apart(MIXED + line * (5_000_000 // len(line)))
    assert (root.children, said) == ([], ["broken: a multipart has no end"])


def test_a_part_may_be_empty() -> None:
    root, _ = apart(MIXED + b"--b\n--b\n\n\n--b--")
    assert [part.body for part in root.children] == [b"", b""]


def test_the_parts_of_a_digest_are_mails() -> None:
    root, _ = apart(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--")
    assert root.children[0].type == "message/rfc822"


def test_depth_ends() -> None:
    nest = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1_000))
    root, said = apart(nest)
    depth = 0
    while root.children:
        depth, root = depth + 1, root.children[0]
    assert depth == limits.DEPTH
    assert "cut: nested too deeply" in said


def test_number_ends() -> None:
    root, said = apart(MIXED + b"--b\n\nx\n" * 5_000)
    assert len(root.children) == limits.PARTS - 1
    assert said == ["cut: too many parts"]


def test_a_nested_mail_is_a_leaf() -> None:
    root, said = apart(b"Content-Type: message/rfc822\n\n" * 1_000)
    assert (root.children, said) == ([], [])


def test_raw_bytes_in_a_header_stay_readable() -> None:
    root, _ = apart("Subject: élan\n\n".encode())
    assert str(root.headers["Subject"]).encode("utf-8", "surrogateescape") == "élan".encode()


def test_parameters_are_read_or_empty() -> None:
    root, _ = apart(
        b"Content-Type: text/plain; charset*=utf-8'en'x%20y; a=b; flag; name*999999999999999999999=z\n\n"
    )
    assert root.parameter("charset") in ("x y", "")
    plain, _ = apart(b"Content-Type: text/plain; charset*=utf-8'en'x%20y; a=b\n\n")
    assert (plain.parameter("charset"), plain.parameter("a"), plain.parameter("none")) == ("x y", "b", "")


def test_a_parameter_that_breaks_its_reader_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    root, _ = apart(b"Content-Type: text/plain; a=b\n\n")

    def breaks(*_arguments: object) -> str:
        raise ValueError

    monkeypatch.setattr(root.headers, "get_param", breaks)
    assert root.parameter("a") == ""
