"""What a signature does not cover is not shown beside what it does."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate

import pytest

from crypto.gnupg import run, start_agent
from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_signed
from crypto.verdict import Signature, SignatureState
from tests.keyrings import BOB, secret_home
from tests.mail.sealed import KNOWN_BOB, VALID, letter, open_raw
from tickets.mail.letter import Opened
from tickets.mail.parse import parse_mail


@pytest.fixture(scope="module")
def keys() -> Iterator[SecretKeyring]:
    with secret_home("desk") as home:
        yield SecretKeyring(home)


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def test_a_signed_mail_shows_only_what_is_signed(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = build_signed(letter(), keyring=bobs, signer=BOB)
    raw = raw.replace(b"\r\n--", b"\r\nforged preamble\r\n--", 1) + b"forged epilogue\r\n"
    opened = open_raw(keys, raw.replace(b"Subject: My secret", b"Subject: Forged", 1), KNOWN_BOB)
    assert opened.signature == VALID
    assert opened.content is not None
    assert b"It is on fire." in opened.content
    assert b"My secret printer" in opened.content
    assert b"orged" not in opened.content
    assert opened.headers_protected


def test_headers_in_a_signed_part_that_are_not_said_to_be_protected_are_not_used(
    keys: SecretKeyring, bobs: SecretKeyring
) -> None:
    raw = build_signed(letter(), keyring=bobs, signer=BOB)
    part = b"Subject: Inner\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    signature = bobs.sign_detached(part, signer=BOB)
    kind = b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n'
    head = raw.split(b"MIME-Version:")[0]
    whole = (
        head
        + kind
        + part
        + b"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"
        + signature
        + b"\r\n--s--\r\n"
    )
    opened = open_raw(keys, whole, KNOWN_BOB)
    assert opened.signature == VALID
    assert not opened.headers_protected
    assert opened.content is not None
    assert b"Inner" not in opened.content
    assert opened.content.endswith(b"\r\n\r\nHello\r\n")


def test_a_bad_signature_leaves_the_mail_as_it_is(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = build_signed(letter(), keyring=bobs, signer=BOB).replace(b"on fire", b"just fine")
    assert open_raw(keys, raw, KNOWN_BOB) == Opened(raw, raw, signature=Signature(SignatureState.INVALID))


def test_a_clear_signed_mail_shows_only_what_is_signed(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    start_agent(bobs.home)
    text = run(["--local-user", BOB, "--clear-sign"], home=bobs.home, stdin="- Grüße\n".encode()).stdout
    head = (
        f"From: bob@user.example\nDate: {formatdate()}\nContent-Type: text/plain; charset=utf-8\n\n".encode()
    )
    opened = open_raw(keys, head + text, KNOWN_BOB)
    assert opened.signature == VALID
    assert opened.content is not None
    assert b"\nfrom: bob@user.example\n" in opened.content
    assert opened.content.endswith("\n\r\n- Grüße\n".encode())
    changed = head + text.replace(b"Gr", b"gr")
    assert open_raw(keys, changed, KNOWN_BOB) == Opened(
        changed, changed, signature=Signature(SignatureState.INVALID)
    )


@pytest.mark.parametrize(
    "outside",
    ["Subject: FORGED", "Reply-To: eve@evil.example", "Autocrypt: addr=bob@user.example; keydata=AAAA"],
)
def test_a_header_beside_those_that_are_protected_is_not_one_of_them(
    keys: SecretKeyring, bobs: SecretKeyring, outside: str
) -> None:
    kind = b'Content-Type: text/plain; protected-headers="v1"\r\n'
    part = kind + b"From: Bob <bob@user.example>\r\n\r\nHello\r\n"
    signature = bobs.sign_detached(part, signer=BOB).replace(b"\n", b"\r\n")
    head = f"From: Bob <bob@user.example>\r\nDate: {formatdate()}\r\n{outside}\r\n".encode()
    whole = head + b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n' + part
    whole += b"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n" + signature + b"\r\n--s--\r\n"
    opened = open_raw(keys, whole, KNOWN_BOB)
    read = parse_mail(opened)
    assert (opened.signature, opened.headers_protected) == (VALID, True)
    assert (read.subject_protected, read.autocrypt_protected, read.text.strip()) == (False, False, "Hello")
    assert opened.content is not None
    assert outside.encode() not in opened.content
