"""The encrypted parts of a mail are found in its order, whatever they stand in, and only they."""

from __future__ import annotations

import base64

import pytest

from crypto.structure import parts
from crypto.structure.parts import PartForm, encrypted_parts
from tests.crypto.structure.test_protection import (
    BINARY,
    DATA,
    EMPTY,
    ENCRYPTED,
    SIGNED,
    TEXT,
    VERSION,
    multipart,
)

BYTES = base64.b64decode(BINARY)


def armor(number: int) -> str:
    """Armored messages that differ."""
    body = base64.b64encode(BYTES + bytes([number])).decode()
    return f"-----BEGIN PGP MESSAGE-----\n\n{body}\n-----END PGP MESSAGE-----\n"


def plain(text: str, head: str = "") -> str:
    return f"Content-Type: text/plain{head}\n\n{text}"


def named(name: str, content: str) -> str:
    return f'Content-Type: application/octet-stream; name="{name}"\nContent-Transfer-Encoding: base64\n\n{content}\n'


def mixed(*inside: str, boundary: str = "m") -> str:
    return multipart("mixed", *inside, boundary=boundary)


def forwarded(mail: str, head: str = "") -> str:
    return f"Content-Type: message/rfc822{head}\n\n{mail}"


CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "nothing": (mixed(TEXT, SIGNED), []),
    "one in a text": (plain(f"Hello\n{armor(1)}"), [("inline", "")]),
    "two in a text": (plain(f"{armor(1)}\nand\n{armor(2)}"), [("inline", ""), ("inline", "")]),
    "the same twice": (plain(f"{armor(1)}\nand\n{armor(1)}"), [("inline", "")]),
    "the same in two forms": (
        multipart("alternative", plain(armor(1)), f"Content-Type: text/html\n\n<p>{armor(1)}</p>"),
        [("inline", "")],
    ),
    "in HTML": (f"Content-Type: text/html\n\n<p>See</p>{armor(1)}", [("inline", "")]),
    "PGP/MIME beside a text": (mixed(TEXT, ENCRYPTED), [("mime", "")]),
    "PGP/MIME whose version is lost": (mixed(TEXT, multipart("encrypted", DATA)), [("mime", "")]),
    "PGP/MIME and its signature": (multipart("signed", ENCRYPTED, "Content-Type: application/pgp-signature\n\nx"), [("mime", "")]),
    "Exchange with a footer": (mixed(VERSION, named("encrypted.asc", BINARY), TEXT), [("mime", "encrypted.asc")]),
    "Exchange inside": (mixed(TEXT, multipart("mixed", EMPTY, VERSION, DATA)), [("mime", "")]),
    "a file": (mixed(TEXT, named("report.pdf.gpg", BINARY)), [("file", "report.pdf.gpg")]),
    "an armored file": (mixed(TEXT, plain(armor(1), "; name=a.asc")), [("file", "a.asc")]),
    "a file of two messages": (mixed(TEXT, plain(armor(1) + armor(2), "; name=a.asc")), [("inline", ""), ("inline", "")]),
    "Outlook, each by itself": (
        mixed(plain(armor(1)), named("PGPexch.htm.pgp", BINARY), named("photo.jpg", "/9j/4A==")),
        [("inline", ""), ("file", "PGPexch.htm.pgp")],
    ),
    "a version alone": (mixed(TEXT, VERSION), []),
    "PGP/MIME that is broken": (mixed(TEXT, multipart("encrypted", TEXT, TEXT)), []),
    "forwarded": (mixed(TEXT, forwarded(ENCRYPTED, "; name=old.eml")), [("forward", "old.eml")]),
    "forwarded text": (mixed(TEXT, forwarded(f"Subject: x\n\n{armor(1)}")), [("forward", "")]),
    "forwarded, in part": (mixed(TEXT, forwarded(plain(f"Hello\n{armor(1)}"))), [("inline", "")]),
    "a key and a signature": (
        mixed(plain("-----BEGIN PGP PUBLIC KEY BLOCK-----\n"), "Content-Type: application/pgp-signature\n\nx"),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "expected"), CASES.values(), ids=CASES.keys())
def test_the_encrypted_parts_of_a_mail(mail: str, expected: list[tuple[str, str]]) -> None:
    found = encrypted_parts(mail.encode())
    assert [(part.form.value, part.name) for part in found] == expected


def test_each_part_is_what_gpg_is_to_see() -> None:
    text = plain(f"Hello\n{armor(1)}Bye", "; charset=koi8-r")
    inline, file = encrypted_parts(mixed(text, named("a.gpg", BINARY)).encode())
    assert inline.ciphertext == armor(1).strip().encode()
    assert (inline.charset, inline.is_text) == ("koi8-r", True)
    assert (file.ciphertext, file.is_text) == (BYTES, False)
    assert "BEGIN" not in repr(inline)


def test_a_forwarded_text_is_text_and_a_forwarded_mail_is_not() -> None:
    mail = mixed(forwarded(ENCRYPTED), forwarded(f"Subject: x\n\n{armor(1)}"))
    assert [part.is_text for part in encrypted_parts(mail.encode())] == [False, True]


def test_a_charset_cannot_leave_its_header() -> None:
    part = encrypted_parts(plain(f"x\n{armor(1)}", '; charset="a\\"; b"').encode())[0]
    assert part.charset == "utf-8"


def test_no_more_are_listed_than_anybody_would_open() -> None:
    text = "\n".join(armor(number) for number in range(parts.MAX_ENCRYPTED + 5))
    assert len(encrypted_parts(plain(text).encode())) == parts.MAX_ENCRYPTED


def test_what_lies_beyond_the_limits_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = mixed(TEXT, mixed(TEXT, ENCRYPTED, boundary="n")).encode()
    assert [part.form for part in encrypted_parts(mail)] == [PartForm.MIME]
    monkeypatch.setattr(parts, "MAX_DEPTH", 1)
    assert encrypted_parts(mail) == ()
    monkeypatch.setattr(parts, "MAX_PARTS", 1)
    assert encrypted_parts(mail) == ()
