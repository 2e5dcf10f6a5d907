"""Mails as no standard allows them: what a careful human reader would see in them is what the letter says."""

from __future__ import annotations

import base64

import pytest

from tickets.mail.letter import Letter, Opened
from tickets.mail.parse import read_letter

ANA = b"From: Ana <ana@user.example>\nSubject: s\n"
MIXED = ANA + b"Content-Type: multipart/mixed; boundary="
ALTERNATIVE = ANA + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n"
PDF = b"--b\nContent-Type: application/pdf; name=x.pdf\n\nPDF\n"


def read(raw: bytes) -> Letter:
    return read_letter(Opened(raw, raw))


@pytest.mark.parametrize(
    ("raw", "text", "names"),
    [
        (ANA + b"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nhi\n" + PDF + b"--b--", "hi\n", ["x.pdf"]),
        (MIXED + b"other\n\n--b\nContent-Type: text/plain\n\nhi\n" + PDF + b"--b--", "hi\n", ["x.pdf"]),
        (MIXED + b"'b'\n\n--b\n\nhi\n" + PDF + b"--b--", "hi\n", ["x.pdf"]),
        (MIXED + b"b\n\n--b\nContent-Type: text/html\n\n<p>hi</p>\n--b--", "hi\n", ["message.html"]),
        (MIXED + b"no\n\n--b\nContent-Type: text/html\n\n<p>hi</p>\n--b--", "hi\n", []),
        (MIXED + b"no\n\nno parts at all", "no parts at all\n", []),
        (MIXED + b'""\n\n--\n\nhi\n----\n', "--\n\nhi\n----\n", []),
        (MIXED + b"b\n--b\n\nno blank line before\n--b--", "no blank line before\n", []),
        (MIXED + b"b\n\n--b\nno headers\n--b--", "no headers\n", []),
        (MIXED + b"b\nContent-Transfer-Encoding: base64\n\n--b\n\nhi\n--b--", "hi\n", []),
        (ALTERNATIVE + b"\nYour program shows no HTML.\n--b\nContent-Type: text/html\n\n<p>hi\n--b--", "hi\n", ["message.html"]),
        (ALTERNATIVE + b"\nHTML is broken, I think.\n--b--", "HTML is broken, I think.\n", []),
        (ALTERNATIVE + b"Content-Type: text/x-amp-html\n\n<i>a\n--b\nContent-Type: text/html\n\n<p>hi\n--b--", "hi\n",
         ["document.html", "message.html"]),
        (ALTERNATIVE + b"\nMeet\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:\n--b--", "Meet\n", ["document.ics"]),
        (ANA + b"\n<!DOCTYPE html><html><p>hi</p></html>", "hi\n", []),
        (ANA + b"\nHere:\nbegin 644 cat.txt\n#0V%T\n`\nend\n", "Here:\n[cat.txt]\n", ["cat.txt"]),
        (ANA + b"\nHere:\nbegin 644 ..\n#0V%T\n`\nend\n", "Here:\n[..]\n", ["file"]),
        (MIXED + b"b\n\n--b\nContent-Type: text/plain; name=body.txt\n\nhi\n--b--", "hi\n", ["body.txt"]),
        (MIXED + b"b\n\n--b\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nhi\n--b--", "", ["a.txt"]),
        (MIXED + b"b\n\n--b\n\nhi\n--b\nContent-Type: application/ms-tnef\n\nx\n--b--", "hi\n", ["winmail.dat"]),
        (MIXED + b"b\n\n--b\n\nhi\n--b\nContent-Type: application/x-odd; name=\"a b.odd\n\nx\n--b--", "hi\n", ["a b.odd"]),
        (ANA + b"Content-Type: application/pkcs7-mime\n\nx", "", ["smime.p7m"]),
        (ANA + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"Hello, how are you?")
         + b"____________\nThe list's footer\n", "Hello, how are you?\n____________\nThe list's footer\n", []),
        (ANA + b"Content-Type: text/plain; charset=iso-8859-1\n\nGr\xc3\xb6\xc3\x9fe", "Größe\n", []),
    ],
)  # fmt: skip
def test_broken_bodies_are_read(raw: bytes, text: str, names: list[str]) -> None:
    letter = read(raw)
    assert (letter.text, [each.name for each in letter.attachments]) == (text, names)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\rSubject: x\r\rhello\rworld",
        b"From: a@b.example\r\r\nSubject: x\r\r\n\r\r\nhello\r\r\nworld",
        b"From: a@b.example\n\rSubject: x\n\r\n\rhello\n\rworld",
        b"From: a@b.example\r\nSubject: x\n\r\nhello\nworld",
        b"From : a@b.example\nSubject\t: x\n\nhello\nworld",
        b"\xef\xbb\xbfFrom: a@b.example\nSubject: x\n\nhello\nworld",
        b"\n\nFrom: a@b.example\nSubject: x\n\nhello\nworld",
        b"From x Mon Nov 2\nFrom: a@b.example\nSubject: x\n\nhello\nworld",
        b"From: a@b.example\nno header\nSubject: x\n\nhello\nworld",
        b"From: a\0@b.example\nSubject: x\0\n\nhel\0lo\nworld",
        "From: a@b.example\nSubject: x\n\nhello\nworld".encode("utf-16"),
        b"From: <<a@b.example>>\nSubject: =?utf-8?q?x\n\nhello\nworld",
        b"From: [mailto:a@b.example]\nSubject: x\nSubject: y\n\nhello\nworld",
        b"From: <mailto:a@b.example>\nSubject: x\n\nhello\nworld",
    ],
)
def test_broken_headers_are_read(raw: bytes) -> None:
    letter = read(raw)
    assert [each.address for each in letter.from_] == ["a@b.example"]
    assert (letter.subject, letter.text) == ("x", "hello\nworld\n")


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"\0" * 99, b"\r", b"no line end", b"From ", b"\xff\xfe", b"--b", b":\n:"]
)
def test_what_is_no_mail_is_read_as_little(raw: bytes) -> None:
    assert read(raw).attachments == ()


def test_a_literal_address_keeps_its_brackets() -> None:
    assert read(b"From: ana@[192.0.2.1]\n\nhi").from_[0].address == "ana@[192.0.2.1]"
