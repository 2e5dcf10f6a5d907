"""One encrypted message in every form that it comes in: read where it is the whole mail, and only listed where it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crypto.openpgp import SecretKeyring
from crypto.structure.parts import encrypted_parts
from crypto.verdict import Encryption, SignatureState
from tests.keyrings import BOB, certificate, secret_home
from tests.mail.forms import HEAD, PARTIAL, WHOLE, Form, exchange, multipart, pgp_mime
from tests.mail.sealed import KNOWN_BOB, open_raw
from tickets.mail.open import open_part
from tickets.mail.parse import parse_mail

SECRET = "The swordfish swims at noon."


@pytest.fixture(scope="module")
def keys() -> Iterator[SecretKeyring]:
    with secret_home("desk") as home:
        yield SecretKeyring(home)


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


@pytest.fixture(scope="module")
def armor(bobs: SecretKeyring) -> str:
    """Bob's words to the desk, signed; they read the same as MIME and as text."""
    content = f"Content-Type: text/plain; charset=utf-8\n\n{SECRET}\n".encode()
    return bobs.sign_and_encrypt(content, signer=BOB, recipients=[certificate("desk")]).decode()


def both_line_ends(form: Form, armor: str) -> list[bytes]:
    mail = form(armor).replace("\r\n", "\n")
    return [mail.encode(), mail.replace("\n", "\r\n").encode()]


@pytest.mark.parametrize("form", WHOLE.values(), ids=WHOLE.keys())
def test_a_whole_message_is_read(keys: SecretKeyring, armor: str, form: Form) -> None:
    for raw in both_line_ends(form, armor):
        opened = open_raw(keys, raw, KNOWN_BOB)
        letter = parse_mail(opened)
        assert letter.encryption is Encryption.OK
        assert letter.signature.state is SignatureState.VALID
        assert SECRET in letter.text
        assert (letter.attachments, letter.encrypted_parts) == ((), ())


@pytest.mark.parametrize("form", PARTIAL.values(), ids=PARTIAL.keys())
def test_a_part_is_only_listed_until_somebody_asks(keys: SecretKeyring, armor: str, form: Form) -> None:
    for raw in both_line_ends(form, armor):
        opened = open_raw(keys, raw, KNOWN_BOB)
        letter = parse_mail(opened)
        assert letter.encryption is Encryption.PARTIAL
        assert letter.signature.state is not SignatureState.VALID
        assert SECRET not in repr(letter) + letter.text + letter.answer
        assert letter.replay_material is None
        parts = encrypted_parts(raw)
        assert len(parts) == len(letter.encrypted_parts) == 1
        assert SECRET.encode() in (open_part(parts[0], keys).content or b"")


def test_several_parts_are_listed_in_their_order(
    keys: SecretKeyring, armor: str, bobs: SecretKeyring
) -> None:
    other = bobs.encrypt(b"other", recipients=[certificate("desk")]).decode()
    raw = multipart("mixed", f"Content-Type: text/plain\r\n\r\nHi\r\n{other}", pgp_mime(armor), head=HEAD)
    assert [part.form for part in open_raw(keys, raw.encode()).encrypted_parts] == ["inline", "mime"]
    assert open_part(encrypted_parts(raw.encode())[0], keys).content == (
        b'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 8bit\r\n\r\nother"
    )


@pytest.mark.parametrize("form", [WHOLE["Exchange"], WHOLE["inline, one line"], WHOLE["inline, quoted"]])
def test_what_was_mended_is_still_refused_when_it_was_tampered_with(
    keys: SecretKeyring, armor: str, form: Form
) -> None:
    lines = armor.splitlines()
    lines[8] = lines[8][:20] + ("A" if lines[8][20] != "A" else "B") + lines[8][21:]
    opened = open_raw(keys, form("\n".join(lines) + "\n").encode())
    assert (opened.encryption, opened.content) == (Encryption.REFUSED, None)


def test_a_message_to_somebody_else_is_said_to_be(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    foreign = bobs.encrypt(b"x", recipients=[certificate("carol")]).decode()
    assert open_raw(keys, exchange(foreign).encode()).encryption is Encryption.NO_KEY
    raw = PARTIAL["text before"](foreign).encode()
    assert open_raw(keys, raw).encryption is Encryption.PARTIAL
    assert open_part(encrypted_parts(raw)[0], keys).encryption is Encryption.NO_KEY


def test_what_is_encrypted_twice_is_opened_once(keys: SecretKeyring, armor: str, bobs: SecretKeyring) -> None:
    outer = bobs.encrypt(pgp_mime(armor).encode(), recipients=[certificate("desk")]).decode()
    letter = parse_mail(open_raw(keys, pgp_mime(outer, HEAD).encode()))
    assert letter.encryption is Encryption.OK
    assert SECRET not in letter.text
    assert [part.form for part in letter.encrypted_parts] == ["mime"]
