"""Keys that mails offer: found where senders put them, read by gpg, and never more than ten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crypto import gnupg
from crypto.correspondents import certificates
from crypto.correspondents.certificates import Certificate, State
from crypto.errors import RefusedError
from crypto.gnupg import GpgRun
from crypto.structure.packets import split_certificates
from crypto.verdict import Encryption, Signature, SignatureState
from tests.keyrings import CAROL, certificate
from tests.keyrings import DESK as DESK_FINGERPRINT
from tickets.mail import offered
from tickets.mail.letter import Attachment, Letter, Opened
from tickets.mail.parse import read_letter

KEYS = Path(__file__).resolve().parents[1] / "keys"
BOB = (KEYS / "bob.public.asc").read_bytes()
BOB_FINGERPRINT = "C80DF5E626AAE9002B1E9AB3B7CA123B354BC0FA"
DESK = (KEYS / "desk.public.asc").read_bytes()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
FROM = b"From: j@x.org\n"
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
    assert found(replace(LETTER, text=text)) == [(BOB_FINGERPRINT, "attachment")]


REPORT = (
    f"Subject: x\nFrom: a@x.org\nOpenPGP-Key: included below\nTails-Version: 7.1\n\nHelp.\n\n{BOB.decode()}"
)
VALID = Signature(SignatureState.VALID, "A" * 40)


@pytest.mark.parametrize(
    ("letter", "source"),
    [
        (Letter(Encryption.OK, Signature(), text=REPORT), "report"),
        (Letter(Encryption.OK, Signature(), text=f"{DESK.decode()}\n{REPORT}"), "attachment"),
        (
            Letter(Encryption.OK, Signature(), text=REPORT.replace("OpenPGP-Key: included below\n", "")),
            "attachment",
        ),
        (Letter(Encryption.OK, Signature(), text=f"> {REPORT}"), "attachment"),
        (Letter(Encryption.OK, VALID, text=REPORT), "attachment"),
        (Letter(Encryption.NONE, Signature(), text=REPORT), "attachment"),
        (Letter(Encryption.PARTIAL, Signature(), text=REPORT), "attachment"),
    ],
    ids=["WhisperBack's", "a block before it", "not announced", "quoted", "signed", "in clear", "in part"],
)
def test_only_where_whisperback_puts_it_a_key_is_the_reporters(letter: Letter, source: str) -> None:
    assert (BOB_FINGERPRINT, source) in found(letter)


def test_a_damaged_block_does_not_hide_the_next() -> None:
    text = BOB.decode().replace("\n\n", "\n\n!!!\n", 1) + BOB.decode()
    assert found(replace(LETTER, text=text)) == [(BOB_FINGERPRINT, "attachment")]


def test_two_keys_are_both_listed() -> None:
    letter = replace(
        LETTER, text=BOB.decode(), attachments=(Attachment("k.asc", "application/octet-stream", DESK),)
    )
    assert len(found(letter)) == 2


def test_an_offered_key_can_be_kept() -> None:
    (key,) = offered.keys_offered(replace(LETTER, text=BOB.decode()), now=NOW)
    assert key.certificate
    assert found(replace(LETTER, autocrypt=key.certificate)) == [(BOB_FINGERPRINT, "autocrypt")]


@pytest.mark.parametrize("protected", [True, False])
def test_an_autocrypt_header_stands_inside_or_outside(*, protected: bool) -> None:
    (key,) = offered.keys_offered(replace(LETTER, text=BOB.decode()), now=NOW)
    letter = replace(LETTER, autocrypt=key.certificate, autocrypt_protected=protected)
    assert [each.is_outside for each in offered.keys_offered(letter, now=NOW)] == [not protected]


@pytest.mark.parametrize(
    ("outer", "inner", "found"),
    [
        (b"", b"aW5zaWRl", (b"inside", True)),
        (b"b3V0c2lkZQ==", b"aW5zaWRl", (b"inside", True)),
        (b"b3V0c2lkZQ==", b"", (b"outside", False)),
        (b"", b"", (None, False)),
    ],
)
def test_an_autocrypt_header_inside_comes_before_one_outside(
    outer: bytes, inner: bytes, found: tuple[bytes | None, bool]
) -> None:
    def header(data: bytes) -> bytes:
        return b"Autocrypt: addr=j@x.org; keydata=" + data + b"\n" if data else b""

    opened = Opened(
        FROM + header(outer) + b"\nx", header(inner) + b"\nx", Encryption.OK, headers_protected=True
    )
    letter = read_letter(opened)
    assert (letter.autocrypt, letter.autocrypt_protected) == found
    assert not read_letter(replace(opened, headers_protected=False)).autocrypt_protected


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

    def reads(data: bytes, *, now: datetime, most: int) -> tuple[Certificate, ...]:
        read.append(data)
        if len(read) % 2:
            raise RefusedError
        return (Certificate("A" * 40, frozenset(), None, None, State.UNREADABLE, "", b""),)

    monkeypatch.setattr(offered, "read_certificates", reads)
    assert found(replace(LETTER, text=BOB.decode() * 50)) == []
    assert len(read) == offered.BLOCKS


@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_more_than_twenty_keys_are_looked_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "KEYS", number)
    rings = [certificate("bob") + certificate("carol"), certificate("desk") + certificate("bob")]
    files = tuple(Attachment("keys", "application/pgp-keys", ring) for ring in rings)
    expected = [BOB_FINGERPRINT, CAROL, DESK_FINGERPRINT]
    assert [name for name, _ in found(replace(LETTER, attachments=files))] == expected[:number]


def test_five_hundred_small_keys_are_asked_about_in_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def runs_gpg(arguments: list[str], *, stdin: bytes, **how: Any) -> GpgRun:
        runs.append(len(split_certificates(stdin)))
        return gnupg.run(arguments, stdin=stdin, **how)

    monkeypatch.setattr(certificates, "run", runs_gpg)
    ring = b"".join(_with_time(certificate("bob"), number) for number in range(50))
    files = (Attachment("keys", "application/pgp-keys", ring),) * 10
    assert len(found(replace(LETTER, attachments=files))) == offered.KEYS
    assert runs == [offered.KEYS, offered.KEYS]


def _with_time(key: bytes, number: int) -> bytes:
    """Another key: its fingerprint is made of the time that it says, too."""
    return key[:3] + number.to_bytes(4, "big") + key[7:]
