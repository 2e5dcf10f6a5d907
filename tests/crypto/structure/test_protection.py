"""How a mail is protected follows from its structure, and never from a header or a neighbour."""

from __future__ import annotations

import base64

import pytest

from crypto.structure.packets import first_tag
from crypto.structure.protection import Form, begins_message, canonical, find_protection
from tests.keyrings import certificate

ARMOR = "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----"
CLEAR = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHi\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----"
VERSION = "Content-Type: application/pgp-encrypted\n\nVersion: 1\n"
DATA = f"Content-Type: application/octet-stream\n\n{ARMOR}\n"
SIGNATURE = "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n"
TEXT = "Content-Type: text/plain\n\nHello\n"
EMPTY = "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n=C2=A0\n"
ATTACHED_VERSION = (
    'Content-Type: application/octet-stream; name="PGPMIME version"\nContent-Transfer-Encoding: base64\n'
    "Content-Disposition: attachment\n\nVmVyc2lvbjogMQ0K\n"
)
ATTACHED_DATA = f'Content-Type: application/x; name="a.asc"\nContent-Disposition: attachment\n\n{ARMOR}\n'
# A session key for somebody, and the beginning of what it opens.
BINARY = base64.b64encode(b"\xc1\x0d\x03" + b"\1" * 8 + b"\x01\0\1\1\xd2\x05\1abcd").decode()


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{body}--{boundary}--\n'


ENCRYPTED = multipart("encrypted", VERSION, DATA)
SIGNED = multipart("signed", TEXT, SIGNATURE)


def named(name: str, content: bytes) -> str:
    head = f'Content-Type: application/octet-stream; name="{name}"\nContent-Transfer-Encoding: base64'
    return f"{head}\n\n{base64.b64encode(content).decode()}"


def inside(entity: str, kind: str = "mixed", *beside: str) -> str:
    return multipart(kind, entity, *beside, boundary="outer")


CASES = {
    "plain": (TEXT, Form.NONE),
    "no type": ("Subject: x\n\nHello", Form.NONE),
    "html": ("Content-Type: text/html\n\n<p>", Form.NONE),
    "encrypted": (ENCRYPTED, Form.ENCRYPTED),
    "encrypted in one wrapper": (inside(ENCRYPTED), Form.ENCRYPTED),
    "encrypted with a footer": (inside(ENCRYPTED, "mixed", TEXT), Form.PARTIAL),
    "encrypted in an alternative": (inside(ENCRYPTED, "alternative"), Form.PARTIAL),
    "encrypted in a forwarded mail": (f"Content-Type: message/rfc822\n\n{ENCRYPTED}", Form.PARTIAL),
    "encrypted with three parts": (multipart("encrypted", VERSION, DATA, TEXT), Form.PARTIAL),
    "encrypted without version": (multipart("encrypted", TEXT, DATA), Form.PARTIAL),
    "encrypted multipart": (multipart("encrypted", VERSION, inside(DATA)), Form.PARTIAL),
    "encrypted of two types": (f"Content-Type: text/plain\n{ENCRYPTED}", Form.PARTIAL),
    "exchange": (multipart("mixed", EMPTY, VERSION, DATA), Form.ENCRYPTED),
    "exchange in base64": (multipart("mixed", EMPTY, ATTACHED_VERSION, ATTACHED_DATA), Form.ENCRYPTED),
    "exchange without the text": (multipart("mixed", VERSION, DATA), Form.ENCRYPTED),
    "exchange with types lost": (
        multipart("related", "Content-Type: text/plain\n\nVersion: 1", DATA),
        Form.ENCRYPTED,
    ),
    "exchange in one wrapper": (inside(multipart("mixed", EMPTY, VERSION, DATA)), Form.ENCRYPTED),
    "exchange with words": (multipart("mixed", TEXT, VERSION, DATA), Form.PARTIAL),
    "exchange with a footer": (multipart("mixed", EMPTY, VERSION, DATA, TEXT), Form.PARTIAL),
    "exchange with an empty file": (
        multipart("mixed", EMPTY.replace("plain", "plain; name=a.txt"), VERSION, DATA),
        Form.PARTIAL,
    ),
    "exchange with html": (multipart("mixed", "Content-Type: text/html\n\n", VERSION, DATA), Form.PARTIAL),
    "exchange with two messages": (
        multipart("mixed", VERSION, f"Content-Type: x/y\n\n{ARMOR}\n{ARMOR}"),
        Form.PARTIAL,
    ),
    "exchange with two data parts": (multipart("mixed", VERSION, DATA, DATA), Form.PARTIAL),
    "exchange with words around": (
        multipart("mixed", VERSION, f"Content-Type: x/y\n\nHello\n{ARMOR}"),
        Form.PARTIAL,
    ),
    "exchange with html data": (
        multipart("mixed", VERSION, f"Content-Type: text/html\n\n{ARMOR}"),
        Form.PARTIAL,
    ),
    "exchange inside a signature": (multipart("signed", VERSION, DATA), Form.PARTIAL),
    "the version lost": (multipart("encrypted", DATA), Form.ENCRYPTED),
    "the version lost, and the type": (multipart("mixed", DATA), Form.PARTIAL),
    "two mails as version and data": (
        multipart("mixed", f"Content-Type: message/rfc822\n\n{VERSION}", DATA),
        Form.PARTIAL,
    ),
    "binary data": (
        multipart("mixed", VERSION, f"Content-Transfer-Encoding: base64\nContent-Type: x/y\n\n{BINARY}"),
        Form.ENCRYPTED,
    ),
    "signed": (SIGNED, Form.SIGNED),
    "signed in one wrapper": (inside(SIGNED), Form.PARTIAL),
    "signed with a footer": (inside(SIGNED, "mixed", TEXT), Form.PARTIAL),
    "signed with three parts": (multipart("signed", TEXT, SIGNATURE, TEXT), Form.PARTIAL),
    "signed without signature": (multipart("signed", TEXT), Form.NONE),
    "signed around encrypted": (
        multipart("signed", inside(ENCRYPTED), SIGNATURE, boundary="s"),
        Form.PARTIAL,
    ),
    "S/MIME": (multipart("signed", TEXT, "Content-Type: application/pkcs7-signature\n\nx"), Form.NONE),
    "inline": (f"Subject: x\n\n{ARMOR}\n", Form.INLINE_ENCRYPTED),
    "inline in base64": (
        "Content-Transfer-Encoding: base64\n\nLS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCgpBQUFBCi0tLS0tRU5EIFBHUCBNRVNTQUdFLS0tLS0=",
        Form.INLINE_ENCRYPTED,
    ),
    "inline with text before": (f"Subject: x\n\nHello\n{ARMOR}\n", Form.PARTIAL),
    "inline with text after": (f"Subject: x\n\n{ARMOR}\nBye", Form.PARTIAL),
    "inline twice": (f"Subject: x\n\n{ARMOR}\n{ARMOR}", Form.PARTIAL),
    "inline in html": (f"Content-Type: text/html\n\n<pre>{ARMOR}</pre>", Form.PARTIAL),
    "inline in a part": (multipart("mixed", f"Content-Type: text/plain\n\n{ARMOR}", TEXT), Form.PARTIAL),
    "armor attached": (multipart("mixed", TEXT, f"Content-Type: application/x\n\n{ARMOR}"), Form.PARTIAL),
    "quoted whole": ("Subject: x\n\n> " + ARMOR.replace("\n", "\n> "), Form.INLINE_ENCRYPTED),
    "quoted in an answer": ("Subject: x\n\nWhat?\n> " + ARMOR.replace("\n", "\n> "), Form.PARTIAL),
    "a mark in a sentence": ("Subject: x\n\nWhat is -----BEGIN PGP MESSAGE----- good for?\n", Form.NONE),
    "inline in one wrapper": (inside(f"Content-Type: text/plain\n\n{ARMOR}"), Form.INLINE_ENCRYPTED),
    "inline as a file": (inside(f"Content-Type: text/plain; name=a.asc\n\n{ARMOR}"), Form.PARTIAL),
    "inline of an old mutt": (
        f"Content-Type: application/pgp; format=text\n\n{ARMOR}",
        Form.INLINE_ENCRYPTED,
    ),
    "clear-signed in one wrapper": (inside(f"Content-Type: text/plain\n\n{CLEAR}"), Form.PARTIAL),
    "clear-signed around escaped armor": (
        f"Subject: x\n\n{CLEAR.replace('Hi', '- ' + ARMOR)}",
        Form.PARTIAL,
    ),
    "clear-signed": (f"Subject: x\n\n{CLEAR}\n", Form.CLEAR_SIGNED),
    "clear-signed with text around": (f"Subject: x\n\nHello\n{CLEAR}\n", Form.PARTIAL),
    "clear-signed twice": (f"Subject: x\n\n{CLEAR}\n{CLEAR}", Form.PARTIAL),
    "clear-signed around armor": (f"Subject: x\n\n{CLEAR.replace('Hi', ARMOR)}", Form.PARTIAL),
}


@pytest.mark.parametrize(("mail", "form"), CASES.values(), ids=CASES.keys())
def test_the_form_of_a_mail(mail: str, form: Form) -> None:
    assert find_protection(mail.encode()).form is form
    assert find_protection(mail.replace("\n", "\r\n").encode()).form is form


@pytest.mark.parametrize(
    ("name", "encrypted", "signed"),
    [
        ("encrypted with a footer", True, False),
        ("signed with a footer", False, True),
        ("signed around encrypted", True, True),
        ("clear-signed with text around", False, True),
    ],
)
def test_a_part_says_what_it_is(name: str, *, encrypted: bool, signed: bool) -> None:
    found = find_protection(CASES[name][0].encode())
    assert (found.has_encrypted_part, found.has_signed_part) == (encrypted, signed)


@pytest.mark.parametrize(
    ("data", "tag"), [(b"\x98\x33", 6), (b"\xc6\x33", 6), (b"\xd2", 18), (b"x", None), (b"", None)]
)
def test_the_first_packet_says_its_tag(data: bytes, tag: int | None) -> None:
    assert first_tag(data) == tag


def test_the_signed_bytes_are_those_of_the_mail() -> None:
    found = find_protection(
        multipart("signed", "Content-Type: text/plain\n\nends with blanks  \n\n", SIGNATURE).encode()
    )
    assert found.signed is not None
    assert canonical(found.signed.raw()) == b"Content-Type: text/plain\r\n\r\nends with blanks  \r\n\r\n"


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        ("Content-Type: text/plain; charset=koi8-r\n", "koi8-r"),
        ("Content-Type: text/plain; charset=us-ascii\n", "utf-8"),
        ('Content-Type: text/plain; charset="x; y"\n', "utf-8"),
        ("", "utf-8"),
    ],
)
def test_the_charset_of_inline_text_is_that_of_the_mail(head: str, charset: str) -> None:
    assert find_protection(f"{head}\n{ARMOR}".encode()).charset == charset


def test_the_armor_may_name_the_charset() -> None:
    armor = ARMOR.replace("\n\n", "\nCharset: iso-8859-15\n\n")
    assert (
        find_protection(f"Content-Type: text/plain; charset=koi8-r\n\n{armor}".encode()).charset
        == "iso-8859-15"
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (base64.b64decode(BINARY), True),
        (base64.b64decode(BINARY)[:15], True),
        (b"\xc3\x04\x04\x07\x03\x08\xd2\x05\1abcd", True),
        (b"\xc3\x04\x09\x07\x03\x08\xd2\x05\1abcd", False),
        (b"\xc1\x0d\x09" + b"\1" * 12 + b"\xd2", False),
        (b"\xc1\x0d\x03" + b"\1" * 12 + b"text", False),
        (b"\xc1\x03\x03aa\xd2", False),
        (b"\xc2\x05\x04abcd", False),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", False),
        (b"\x89PNG\r\n", False),
        (b"\xc1", False),
        (b"", False),
    ],
)
def test_binary_ciphertext_is_told_from_other_files(data: bytes, *, expected: bool) -> None:
    assert begins_message(data) is expected


@pytest.mark.parametrize(
    ("part", "encrypted"),
    [
        (f"Content-Transfer-Encoding: base64\nContent-Type: application/pdf\n\n{BINARY}", True),
        ("Content-Transfer-Encoding: base64\nContent-Type: application/x; name=a.pdf.gpg\n\n/////w==", True),
        ("Content-Transfer-Encoding: base64\nContent-Type: application/x; name=a.pdf\n\n/////w==", False),
        ("Content-Type: application/pgp-keys\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", False),
        (f"Content-Type: text/html\n\n<p>{ARMOR.replace('PGP ', 'PGP&nbsp;')}</p>", True),
        (named("bob.pgp", certificate("bob")), False),
        (named("many.gpg", certificate("bob") * 20), False),
        (named("secring.gpg", b"\x95\x03\x04"), False),
        (named("a.pdf.pgp", b"\xc2\x05\x04abcd"), False),
        (named("a.pdf.gpg", b"\xa3\x02\x78\x9c"), False),
        (named("a.pdf.gpg", b"\x84\x8c\x03" + b"\1" * 9), True),
    ],
)
def test_a_file_that_is_encrypted_makes_the_mail_partial(part: str, *, encrypted: bool) -> None:
    found = find_protection(multipart("mixed", TEXT, part).encode())
    assert found.has_encrypted_part is encrypted
