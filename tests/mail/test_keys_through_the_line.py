"""Keys in real encrypted mails: what stood inside is the writer's, what stood beside may be the carrier's."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from crypto.models import PublicKey
from crypto.openpgp import SecretKeyring
from tests.keyrings import BOB, CAROL, KEYS, certificate, secret_home
from tests.mail.letters import keep
from tests.mail.letters import report as report_text
from tests.mail.sealed import encrypted, letter
from tickets.mail import line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue", "keyring")]
State = PublicKey.State


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def block(name: str) -> str:
    return Path(KEYS / f"{name}.public.asc").read_text()


def saying(text: str) -> EmailMessage:
    message = letter()
    message.set_content(text, cte="base64")
    return message


def learned(raw: bytes) -> list[tuple[str, str, str, bool]]:
    line.process(keep(raw).pk)
    return [(row.fingerprint, row.state, row.source, row.encrypted) for row in PublicKey.objects.all()]


def test_an_autocrypt_header_outside_came_in_clear(bobs: SecretKeyring) -> None:
    raw = encrypted(bobs, letter())
    assert raw.index(b"Autocrypt: ") < raw.index(b"-----BEGIN PGP")
    assert learned(raw) == [(BOB, State.PROPOSED, "autocrypt", False)]


def test_an_autocrypt_header_inside_came_encrypted(bobs: SecretKeyring) -> None:
    message = letter()
    data = base64.b64encode(certificate("bob")).decode()
    cut = " ".join(data[start : start + 60] for start in range(0, len(data), 60))
    message["Autocrypt"] = f"addr=bob@user.example; keydata={cut}"
    assert learned(encrypted(bobs, message)) == [(BOB, State.IN_USE, "autocrypt", True)]


def test_what_stands_outside_does_not_hide_what_stands_inside(bobs: SecretKeyring) -> None:
    """The key that is attached counts as encrypted, though the header beside the encryption has it, too."""
    message = letter()
    message.add_attachment(block("bob").encode(), "application", "pgp-keys", filename="key.asc")
    assert learned(encrypted(bobs, message)) == [(BOB, State.IN_USE, "attachment", True)]


@pytest.mark.parametrize("about", ["Is this the signing key?", "Subject: My printer"])
def test_a_key_that_a_text_is_about_is_not_its_writers(bobs: SecretKeyring, about: str) -> None:
    raw = encrypted(bobs, saying(f"{about}\n\n{block('carol')}"))
    assert CAROL not in {fingerprint for fingerprint, *_ in learned(raw)}


def test_outer_headers_make_no_report_of_a_mail_with_a_key_in_it(bobs: SecretKeyring) -> None:
    """The thief of a ciphertext writes WhisperBack's subject over it."""
    raw = encrypted(bobs, saying(f"Subject: My printer\n\nIs this your key?\n\n{block('carol')}"))
    raw = raw.replace(b"Subject: [...]", b"Subject: Bug report: 0123456789abcdef0123456789abcdef", 1)
    raw = raw.replace(b"Subject: ...", b"Subject: Bug report: 0123456789abcdef0123456789abcdef", 1)
    assert b"Subject: Bug report: " in raw
    assert CAROL not in {fingerprint for fingerprint, *_ in learned(raw)}


def as_report(bobs: SecretKeyring, words: str) -> bytes:
    """As WhisperBack makes it: no protected headers, no signature, one plain text."""
    text = report_text(sender="bob@user.example", words=words).replace(
        "Tails-Version", "OpenPGP-Key: included below\nTails-Version", 1
    )
    entity = b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()
    armor = bobs.encrypt(entity, recipients=[certificate("desk")])
    raw = encrypted(bobs, letter("devnull@tails.example"))
    begin, end = raw.index(b"-----BEGIN PGP"), raw.index(b"-----END PGP MESSAGE-----") + 25
    return raw[:begin] + armor.strip() + raw[end:]


def test_the_key_behind_a_report_is_the_reporters(bobs: SecretKeyring) -> None:
    assert learned(as_report(bobs, f"Help.\n\n{block('carol')}")) == [(CAROL, State.IN_USE, "report", True)]


def test_of_two_keys_in_a_report_the_last_is_the_reporters(bobs: SecretKeyring) -> None:
    """WhisperBack puts it behind the words; what stands in them may be anybody's."""
    raw = as_report(bobs, f"Is this yours?\n\n{block('desk')}\n\nThanks.\n\n{block('carol')}")
    assert learned(raw) == [(CAROL, State.IN_USE, "report", True)]


KEY = base64.b64encode(certificate("bob")).decode()
FOLDED = "\r\n ".join(KEY[start : start + 70] for start in range(0, len(KEY), 70))


@pytest.mark.parametrize(
    ("head", "is_learned"),
    [
        (f"Autocrypt: addr=bob@user.example; prefer-encrypt=mutual; keydata={KEY}", True),
        (f"Autocrypt: addr=bob@user.example; prefer-encrypt=mutual; keydata=\r\n {FOLDED}", True),
        (f"AUTOCRYPT: ADDR=Bob@User.Example; keydata={KEY};", True),
        (f"Autocrypt: prefer-encrypt=nopreference; keydata={KEY}; addr=bob@user.example", True),
        (f"Autocrypt: addr=bob@user.example; _later=x; keydata={KEY}", True),
        (f"Autocrypt: addr=bob@user.example; type=1; keydata={KEY}", False),
        (f"Autocrypt: addr=eve@user.example; keydata={KEY}", False),
        (f"Autocrypt: keydata={KEY}", False),
        ("Autocrypt: addr=bob@user.example", False),
        (f"Autocrypt: addr=bob@user.example; keydata={KEY[:100]}", False),
        (
            f"Autocrypt: addr=bob@user.example; keydata={KEY}\r\nAutocrypt: addr=bob@user.example; keydata={KEY}",
            False,
        ),
        (f"Autocrypt-Gossip: addr=bob@user.example; keydata={KEY}", False),
        (f"Autocrypt-Draft-State: encrypt=yes; keydata={KEY}", False),
    ],
)
def test_autocrypt_headers_as_mail_programs_write_them(head: str, is_learned: bool) -> None:
    raw = f"From: Bob <bob@user.example>\r\nTo: desk@desk.example\r\n{head}\r\nSubject: Hi\r\n\r\nHello.\r\n"
    expected = [(BOB, State.PROPOSED, "autocrypt", False)] if is_learned else []
    assert learned(raw.encode()) == expected
