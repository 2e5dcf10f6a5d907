"""Keys that mails offer: found where senders put them, read by gpg, and never more than ten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto.certificates import Certificate, State
from crypto.errors import RefusedError
from crypto.verdict import Encryption, Signature
from tickets.mail import offered
from tickets.mail.letter import Attachment, Letter

KEYS = Path(__file__).resolve().parents[1] / "keys"
BOB = (KEYS / "bob.public.asc").read_bytes()
BOB_FINGERPRINT = "C80DF5E626AAE9002B1E9AB3B7CA123B354BC0FA"
DESK = (KEYS / "desk.public.asc").read_bytes()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
LETTER = Letter(Encryption.NONE, Signature())


def found(letter: Letter) -> list[tuple[str, str]]:
    return [(key.fingerprint, key.source) for key in offered.keys_offered(letter, now=NOW)]


def test_an_attached_key_is_found_once() -> None:
    key = Attachment("key.asc", "application/pgp-keys", BOB)
    assert found(replace(LETTER, attachments=(key, key), text=BOB.decode())) == [
        (BOB_FINGERPRINT, "attachment")
    ]


def test_a_key_in_the_text_is_found() -> None:
    text = "My key:\r\n" + BOB.decode() + "\nand some words"
    assert found(replace(LETTER, text=text)) == [(BOB_FINGERPRINT, "report")]


def test_two_keys_are_both_listed() -> None:
    letter = replace(
        LETTER, text=BOB.decode(), attachments=(Attachment("k.asc", "application/octet-stream", DESK),)
    )
    assert [source for _, source in found(letter)] == ["attachment", "report"]


def test_an_offered_key_can_be_kept() -> None:
    (key,) = offered.keys_offered(replace(LETTER, text=BOB.decode()), now=NOW)
    assert key.certificate
    assert found(replace(LETTER, autocrypt=key.certificate)) == [(BOB_FINGERPRINT, "autocrypt")]


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment("photo.jpg", "image/jpeg", BOB),
        Attachment("key.asc", "application/pgp-keys", BOB + b"x" * 300_000),
        Attachment("key.asc", "application/pgp-keys", b"no key"),
        Attachment("signature.asc", "application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----"),
    ],
)
def test_what_is_no_key_file_offers_nothing(attachment: Attachment) -> None:
    assert found(replace(LETTER, attachments=(attachment,))) == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nno end",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + "x" * 300_000 + "\n-----END PGP PUBLIC KEY BLOCK-----",
    ],
)
def test_a_block_without_an_end_or_a_limit_is_none(text: str) -> None:
    assert found(replace(LETTER, text=text)) == []


def test_no_more_than_ten_blocks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def reads(data: bytes, *, now: datetime) -> tuple[Certificate, ...]:
        read.append(data)
        if len(read) % 2:
            raise RefusedError
        return (Certificate("A" * 40, frozenset(), None, None, State.UNREADABLE, "", b""),)

    monkeypatch.setattr(offered, "read_certificates", reads)
    assert found(replace(LETTER, text=BOB.decode() * 50)) == []
    assert len(read) == offered.BLOCKS
