"""Opened mails into letters: the whole of it, on mails that stand in files and on small ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crypto.verdict import Encryption, Signature, SignatureState
from tickets.mail import parse
from tickets.mail.letter import Delivery, DeliveryReport, Letter, Opened, Quarantine
from tickets.mail.parse import parse_mail, read_letter
from tickets.mail.reading import limits, packing
from tickets.mail.reading.armor import NOT_OPENED

MAILS = Path(__file__).resolve().parents[1] / "mails"
HEAD = b"From: j@x.org\nTo: help@desk.example\nSubject: hello\nReply-To: eve@x.org\n"


def letter_of(body: bytes, head: bytes = HEAD) -> Letter:
    raw = head + body
    return read_letter(Opened(raw, raw))


def test_an_answer_from_a_web_mailer_is_read_whole() -> None:
    raw = (MAILS / "gmail-answer.eml").read_bytes()
    letter = parse_mail(Opened(raw, raw))
    assert (letter.from_[0].name, letter.from_[0].address) == ("Inês Albuquerque", "ines@example.net")
    assert [each.address for each in letter.cc] == ["jane@example.org"]
    assert letter.subject == "Re: Suspensão não funciona"
    assert letter.references == ("20261101.4@desk.example", "20261030.1@desk.example")
    assert letter.answer == "Obrigada! Agora o computador acorda, mas o rato deixa de funcionar."
    assert "> Experimente arrancar com a opção nomodeset." in letter.text
    assert [each.name for each in letter.attachments] == ["message.html", "log do rato.txt"]
    assert letter.attachments[1].content == b"psmouse serio1: synchronization lost\n"
    assert not letter.html
    assert letter.problems == ()


def test_html_alone_is_shown_as_text_and_kept_beside_it() -> None:
    letter = letter_of(b"", (MAILS / "html-only.eml").read_bytes())
    assert letter.html
    assert letter.text == (
        "There is no sound at all.\nSee my log <https://example.org/log>.\n\n> Which laptop is it?\n>\n> > older words\n"
    )
    assert [each.name for each in letter.attachments] == ["message.html"]


def test_a_delivery_report_says_whom_it_did_not_reach_and_with_which_mail() -> None:
    letter = letter_of(b"", (MAILS / "delivery-failed.eml").read_bytes())
    assert letter.delivery == DeliveryReport(
        Delivery.FAILED, "5.1.1", ("nobody@example.net",), ("20261102.9@desk.example",)
    )
    assert [each.name for each in letter.attachments] == [
        "Delivery report.txt",
        "Your question about the printer.eml",
    ]


MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
ALTERNATIVE = b"Content-Type: multipart/alternative; boundary=b\n\n"


@pytest.mark.parametrize(
    ("body", "text", "names"),
    [
        (b"\nhi\n", "hi\n", []),
        (b"Content-Type: text/markdown\n\nhi", "hi\n", []),
        (b"Content-Type: application/pdf\n\nx", "", ["file.pdf"]),
        (b"Content-Type: multipart/mixed; boundary=b\n\nlost its parts", "lost its parts\n", []),
        (
            ALTERNATIVE + b"--b\n\n \n--b\nContent-Type: text/html\n\n<p>hi\n--b--",
            "hi\n",
            ["message.html"],
        ),
        (ALTERNATIVE + b"--b\nContent-Type: text/calendar\n\nx\n--b--", "", ["document.ics"]),
        (
            ALTERNATIVE
            + b"--b\n\nplain\n--b\nContent-Type: multipart/related; boundary=i\n\n--i\nContent-Type: text/html\n\n<p>x"
            + b"\n--i\nContent-Type: image/png\n\nx\n--i\n\nmore\n--i--\n--b--",
            "plain\n",
            ["message.html", "image.png"],
        ),
        (
            ALTERNATIVE + b"--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ninside\n--i--\n--b--",
            "inside\n",
            [],
        ),
        (
            MIXED
            + b"--b\n\none\n--b\nContent-Type: text/html\n\n<p>two\n--b\nContent-Type: text/html\n\n<p>three\n--b--",
            "one\n\ntwo\n\nthree\n",
            ["message.html", "document.html"],
        ),
        (b"Content-Type: message/rfc822\n\nSubject: inner\n\nx", "", ["inner.eml"]),
        (b"Content-Type: text/plain; format=flowed; delsp=yes\n\non \ne\n", "one\n", []),
        (b"Content-Type: text/plain; charset=x\0y\n\nhi", "hi\n", []),
        (b"Content-Transfer-Encoding: base64\n\naGk=", "hi\n", []),
    ],
)
def test_the_text_is_chosen(body: bytes, text: str, names: list[str]) -> None:
    letter = letter_of(body)
    assert letter.text == text
    assert [each.name for each in letter.attachments] == names


BLOCK = b"-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\nbefore\n" + BLOCK + b"\nafter\n", f"before\n{NOT_OPENED}\nafter\n"),
        (b"\nbefore\n" + BLOCK, f"before\n{NOT_OPENED}\n"),
        (b"\nbefore\n-----BEGIN PGP MESSAGE-----\nno end", f"before\n{NOT_OPENED}\nno end\n"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbefore\n--b\n"
            b"Content-Type: multipart/encrypted; boundary=i\n\n--i\nContent-Type: application/pgp-encrypted\n\n"
            b"Version: 1\n--i\nContent-Type: application/octet-stream\n\n" + BLOCK + b"\n--i--\n--b--",
            f"before\n\n{NOT_OPENED}\n",
        ),
    ],
)
def test_an_encrypted_part_is_named_and_not_shown(body: bytes, text: str) -> None:
    raw = HEAD + body
    assert read_letter(Opened(raw, raw, Encryption.PARTIAL)).text == text


def test_a_mail_that_was_not_opened_has_its_envelope_only() -> None:
    raw = HEAD + b"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nVersion: 1\n--b\n\nsecret\n--b--"
    letter = read_letter(Opened(raw, None, Encryption.NO_KEY))
    assert (letter.subject, letter.text, letter.answer) == ("hello", "", "")
    assert [each.name for each in letter.attachments] == ["document.txt", "document1.txt"]


OUTER = HEAD.replace(b"hello", b"...")
INNER = (
    b'Content-Type: multipart/mixed; protected-headers="v1"; boundary=b\nSubject: the true one\n\n'
    b'--b\nContent-Type: text/plain; protected-headers="v1"\n\nSubject: the true one\n'
    b"--b\nContent-Type: text/plain\n\nhi\n--b--"
)


def test_a_protected_subject_is_believed_and_shown_once() -> None:
    letter = read_letter(Opened(OUTER + b"\nx", INNER, Encryption.OK, headers_protected=True))
    assert (letter.subject, letter.subject_protected, letter.text) == ("the true one", True, "hi\n")


def test_older_programs_show_protected_headers_in_a_part_of_their_own() -> None:
    inner = INNER.replace(b'text/plain; protected-headers="v1"', b"text/rfc822-headers")
    letter = read_letter(Opened(OUTER + b"\nx", inner, Encryption.OK, headers_protected=True))
    assert (letter.text, letter.attachments) == ("hi\n", ())


def test_the_display_copy_of_protected_headers_is_dropped() -> None:
    inner = b'Content-Type: text/plain; hp-legacy-display="1"; hp="cipher"\nSubject: x\n\nSubject: x\n\nhi\n'
    letter = read_letter(Opened(OUTER + b"\nx", inner, Encryption.OK, headers_protected=True))
    assert letter.text == "hi\n"


def test_an_unprotected_inner_subject_is_not_believed() -> None:
    letter = read_letter(Opened(OUTER + b"\nx", INNER, Encryption.OK))
    assert (letter.subject, letter.subject_protected) == ("...", False)


def test_where_no_subject_is_protected_the_outer_one_is_shown_as_what_it_is() -> None:
    inner = INNER.replace(b"Subject: the true one\n\n--b", b"From: j@x.org\n\n--b", 1)
    letter = read_letter(Opened(OUTER + b"\nx", inner, Encryption.OK, headers_protected=True))
    assert (letter.subject, letter.subject_protected) == ("...", False)


@pytest.mark.parametrize(
    ("encryption", "inner", "found"),
    [
        (Encryption.NONE, b"", ["eve@x.org"]),
        (Encryption.OK, b"", []),
        (Encryption.PARTIAL, b"", []),
        (Encryption.OK, b"Reply-To: j2@x.org\n", ["j2@x.org"]),
    ],
)
def test_a_thief_of_a_ciphertext_cannot_say_where_the_answer_goes(
    encryption: Encryption, inner: bytes, found: list[str]
) -> None:
    opened = Opened(
        HEAD + b"\nx", b"Subject: x\n" + inner + b"\nx", encryption, headers_protected=bool(inner)
    )
    assert [each.address for each in read_letter(opened).reply_to] == found


def test_a_reply_to_that_says_the_sender_is_kept() -> None:
    letter = read_letter(Opened(HEAD.replace(b"eve@", b"J@") + b"\nx", b"\nx", Encryption.OK))
    assert ([each.address for each in letter.reply_to], letter.problems) == (["J@x.org"], ())


def test_what_was_judged_outside_is_not_taken_from_the_child() -> None:
    signature = Signature(SignatureState.VALID, "A" * 40)
    opened = Opened(HEAD + b"\nx", b"\nx", Encryption.OK, signature, False, "B" * 40, b"packet", "secret")
    letter = parse_mail(replace(opened, bound_to="j@x.org"))
    assert (letter.signature, letter.decrypted_with, letter.replay_material) == (
        signature,
        "B" * 40,
        b"packet",
    )


def test_a_child_that_lies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse.READER, "call", lambda _request: packing.pack("no letter"))
    with pytest.raises(Quarantine) as stop:
        parse_mail(Opened(HEAD, HEAD))
    assert stop.value.reason == "could_not_be_read"


def test_a_mail_beyond_the_limit_stops_here() -> None:
    with pytest.raises(Quarantine):
        parse_mail(Opened(b"x" * (limits.TOTAL_BYTES + 1), None))


def test_a_text_beyond_the_limit_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_CHARACTERS", 10)
    letter = letter_of(b"\n" + b"x" * 100)
    assert (letter.text, letter.problems) == ("x" * 10, ("cut: the text is too long",))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 1000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" * 500,
        b"Content-Type: message/rfc822\n\n" * 500,
        b"To: " + b"(" * 20_000 + b"\n\nx",
        b"Content-Type: a" + b"; filename*%d*=utf-8''x" * 900 + b"\n\nx",
        bytes(range(256)) * 40,
    ],
)
def test_no_mail_raises(raw: bytes) -> None:
    parse_mail(Opened(raw, raw))
