"""A sealed mail comes out judged, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest

from crypto.errors import GnupgError, GnupgTimeout, KeyLockedError
from crypto.openpgp import KnownCertificate, SecretKeyring
from crypto.pgpmime import build_encrypted, build_signed
from crypto.verdict import OLD_SIGNATURE, Encryption, Signature, SignatureState
from tests.keyrings import BOB, CAROL, DESK, certificate, known, secret_home
from tests.mail.sealed import KNOWN_BOB, NOT_BOUND, VALID, encrypted, letter, open_raw
from tickets.mail.letter import ListedPart, MailError, Opened, Quarantine, Sealed, TryLater
from tickets.mail.open import open_mail
from tickets.mail.parse import parse_mail


@pytest.fixture(scope="module")
def keys() -> Iterator[SecretKeyring]:
    with secret_home("desk") as home:
        yield SecretKeyring(home)


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def test_an_encrypted_and_signed_mail_is_both(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = encrypted(bobs, letter())
    opened = open_raw(keys, raw, KNOWN_BOB)
    assert (opened.encryption, opened.signature) == (Encryption.OK, VALID)
    assert opened.outer == raw
    assert opened.content is not None
    assert b"It is on fire." in opened.content
    assert b"Subject: My secret printer" in opened.content
    assert opened.headers_protected
    assert opened.decrypted_with == DESK
    assert opened.replay_material


def test_the_replay_material_is_the_same_in_another_wrapping(
    keys: SecretKeyring, bobs: SecretKeyring
) -> None:
    raw = encrypted(bobs, letter())
    stolen = raw.replace(b"bob@user.example", b"eve@user.example", 1)
    assert open_raw(keys, raw).replay_material == open_raw(keys, stolen).replay_material


def test_keys_are_asked_for_by_the_one_sender(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    asked: list[str | None] = []

    def certificates_for(address: str | None) -> Sequence[KnownCertificate]:
        asked.append(address)
        return ()

    raw = encrypted(bobs, letter())
    open_mail(Sealed(raw), keys, certificates_for)
    open_mail(Sealed(b"From: eve@user.example\r\n" + raw), keys, certificates_for)
    assert asked == ["bob@user.example", None]


def two_days_ago() -> bytes:
    return b"\r\nDate: " + formatdate(time.time() - 2 * 86_400).encode()


@pytest.mark.parametrize(
    "raw_change",
    [
        lambda raw: raw.replace(b"From: Bob <bob@", b"From: Bob <eve@", 1),
        lambda raw: b"From: eve@user.example\r\n" + raw,
        lambda raw: raw.replace(b"\r\nDate: ", b"\r\nX-Date: ", 1),
        lambda raw: raw.replace(b"\r\nDate: ", b"\r\nDate: nonsense ", 1),
        lambda raw: raw.replace(b"\r\nDate: ", b"\r\nDate: Thu, 01 Jan 2015 12:00:00 +0000\r\nX: ", 1),
        lambda raw: raw.replace(b"\r\nDate: ", two_days_ago() + b"\r\nX: ", 1),
    ],
    ids=["other sender", "two senders", "no date", "no real date", "other date", "two days ago"],
)
@pytest.mark.parametrize("protection", ["encrypted", "signed"])
def test_a_good_signature_under_a_changed_outside_is_not_bound(
    keys: SecretKeyring, bobs: SecretKeyring, raw_change: Callable[[bytes], bytes], protection: str
) -> None:
    raw = (
        encrypted(bobs, letter())
        if protection == "encrypted"
        else build_signed(letter(), keyring=bobs, signer=BOB)
    )
    assert open_raw(keys, raw, KNOWN_BOB).signature == VALID
    opened = open_raw(keys, raw_change(raw), KNOWN_BOB)
    assert (opened.signature, opened.bound_to) == (NOT_BOUND, None)


def test_a_protected_sender_other_than_the_outer_one_is_not_bound(
    keys: SecretKeyring, bobs: SecretKeyring
) -> None:
    raw = encrypted(bobs, letter("Alice <alice@desk.example>"))
    raw = raw.replace(b"From: Alice <alice@desk.example>", b"From: Bob <bob@user.example>", 1)
    assert open_raw(keys, raw, KNOWN_BOB).signature == NOT_BOUND


def test_a_key_of_somebody_else_is_not_bound(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = encrypted(bobs, letter())
    assert open_raw(keys, raw, known("bob", BOB, "eve@user.example")).signature == NOT_BOUND
    assert open_raw(keys, raw, known("bob", CAROL, "bob@user.example")).signature == NOT_BOUND


def test_an_unknown_key_is_unknown(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    assert open_raw(keys, encrypted(bobs, letter())).signature.state is SignatureState.UNKNOWN_KEY


def test_a_changed_mail_shows_nothing(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = encrypted(bobs, letter())
    end = raw.index(b"\r\n-----END PGP") - 40
    opened = open_raw(keys, raw[:end] + (b"A" if raw[end : end + 1] != b"A" else b"B") + raw[end + 1 :])
    assert opened == Opened(opened.outer, None, Encryption.REFUSED)


def test_a_mail_to_others_shows_nothing(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    raw = build_encrypted(letter(), keyring=bobs, signer=BOB, recipients=[certificate("carol")])
    assert open_raw(keys, raw) == Opened(raw, None, Encryption.NO_KEY)


def test_a_mail_without_protection_is_left_as_it_is(keys: SecretKeyring) -> None:
    raw = letter().as_bytes()
    assert open_raw(keys, raw) == Opened(raw, raw)


def test_a_part_that_is_encrypted_is_never_opened(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    armor = bobs.encrypt(b"stolen text", recipients=[certificate("desk")]).decode()
    raw = f"From: eve@user.example\n\nPlease answer\n{armor}".encode()
    assert open_raw(keys, raw) == Opened(
        raw, raw, Encryption.PARTIAL, encrypted_parts=(ListedPart("inline"),)
    )


def test_a_part_that_is_signed_says_so_and_no_more(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    signed = build_signed(letter(), keyring=bobs, signer=BOB)
    raw = (
        b'From: bob@user.example\r\nContent-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\n'
        + signed
        + b"\r\n--o--\r\n"
    )
    assert open_raw(keys, raw, KNOWN_BOB) == Opened(raw, raw, signature=Signature(SignatureState.PARTIAL))


def test_a_signed_mail_inside_the_encryption_is_verified_there(
    keys: SecretKeyring, bobs: SecretKeyring
) -> None:
    signed = build_signed(letter(), keyring=bobs, signer=BOB)
    inner = signed[signed.index(b"Content-Type: multipart/signed") :]
    armor = bobs.encrypt(inner, recipients=[certificate("desk")])
    parts = b"--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--e\r\nContent-Type: application/octet-stream\r\n\r\n"
    head = signed.split(b"MIME-Version:")[0]
    raw = head + b'Content-Type: multipart/encrypted; boundary="e"\r\n\r\n' + parts + armor + b"\r\n--e--\r\n"
    opened = open_raw(keys, raw, KNOWN_BOB)
    assert (opened.encryption, opened.signature, opened.headers_protected) == (Encryption.OK, VALID, True)
    assert opened.content is not None
    assert b"BEGIN PGP" not in opened.content


def test_inline_encryption_of_a_whole_mail_is_opened(keys: SecretKeyring, bobs: SecretKeyring) -> None:
    armor = bobs.sign_and_encrypt("Grüße\n".encode("latin-1"), signer=BOB, recipients=[certificate("desk")])
    head = f"From: bob@user.example\nDate: {formatdate()}\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    opened = open_raw(keys, head.encode() + armor, KNOWN_BOB)
    assert (opened.encryption, opened.signature) == (Encryption.OK, VALID)
    assert opened.content is not None
    assert b'text/plain; charset="iso-8859-1"' in opened.content
    assert opened.content.endswith("\r\n\r\nGrüße\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("trouble", "stop", "reason"),
    [
        (GnupgTimeout("hangs"), TryLater, "gpg_timeout"),
        (GnupgError("broken"), Quarantine, "gpg_failed"),
        (KeyLockedError("locked"), Quarantine, "key_locked"),
    ],
)
def test_trouble_with_gpg_is_not_the_senders(
    keys: SecretKeyring,
    bobs: SecretKeyring,
    monkeypatch: pytest.MonkeyPatch,
    trouble: GnupgError,
    stop: type[MailError],
    reason: str,
) -> None:
    raw = encrypted(bobs, letter())

    def fail(self: SecretKeyring, ciphertext: bytes, **options: object) -> None:
        raise trouble

    monkeypatch.setattr(SecretKeyring, "decrypt", fail)
    with pytest.raises(stop) as caught:
        open_raw(keys, raw)
    assert caught.value.reason == reason


@pytest.mark.parametrize("protection", ["encrypted", "signed"])
@pytest.mark.parametrize(
    ("days", "is_bound"), [(0, True), (13, True), (15, False), (-15, False), (None, True)]
)
def test_a_signature_of_weeks_before_binds_a_mail_to_nobody(
    keys: SecretKeyring, bobs: SecretKeyring, protection: str, days: int | None, *, is_bound: bool
) -> None:
    """Whoever sends an old mail again keeps its Date. Of old mail nobody knows when it came."""
    raw = (
        encrypted(bobs, letter())
        if protection == "encrypted"
        else build_signed(letter(), keyring=bobs, signer=BOB)
    )
    received = None if days is None else datetime.now(UTC) + timedelta(days=days)
    opened = open_mail(Sealed(raw, received), keys, lambda address: (KNOWN_BOB,))
    assert opened.signature == (VALID if is_bound else NOT_BOUND)
    assert (opened.bound_to is not None, opened.signed_long_ago) == (is_bound, not is_bound)
    assert (OLD_SIGNATURE in parse_mail(opened).problems) is not is_bound
