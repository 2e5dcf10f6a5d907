"""Answers are encrypted to every recipient or to none, and signed with a key of ours."""

from __future__ import annotations

import pytest

from crypto import openpgp
from crypto.errors import GnupgError, UnusableKeyError
from crypto.gnupg import GpgRun
from crypto.openpgp import SecretKeyring
from crypto.verdict import Status
from tests.keyrings import BOB, CAROL, DESK, certificate

TEXT = b"Content-Type: text/plain\r\n\r\nThe printer is on fire.\r\n"


def test_an_answer_can_be_read_by_every_recipient(
    desk_keys: SecretKeyring, bob_keys: SecretKeyring, carol_keys: SecretKeyring
) -> None:
    recipients = [certificate("bob"), certificate("carol")]
    answer = desk_keys.sign_and_encrypt(TEXT, signer=DESK, recipients=recipients)
    assert bob_keys.decrypt(answer).plaintext == TEXT
    assert carol_keys.decrypt(answer).plaintext == TEXT


def test_a_locked_key_signs_with_its_passphrase(carol_keys: SecretKeyring, bob_keys: SecretKeyring) -> None:
    answer = carol_keys.sign_and_encrypt(TEXT, signer=CAROL, recipients=[certificate("bob")])
    assert bob_keys.decrypt(answer).key_fingerprint == BOB


@pytest.mark.parametrize("name", ["dora-expired", "gwen-revoked", "erin-sign-only"])
def test_nothing_is_encrypted_when_one_key_cannot_be_used(desk_keys: SecretKeyring, name: str) -> None:
    recipients = [certificate("bob"), certificate(name)]
    with pytest.raises(UnusableKeyError):
        desk_keys.sign_and_encrypt(TEXT, signer=DESK, recipients=recipients)
    with pytest.raises(UnusableKeyError):
        desk_keys.encrypt(TEXT, recipients=recipients)


@pytest.mark.parametrize("recipients", [[], [b""], [b"no key"]])
def test_nothing_is_encrypted_to_nobody(desk_keys: SecretKeyring, recipients: list[bytes]) -> None:
    with pytest.raises(UnusableKeyError):
        desk_keys.encrypt(TEXT, recipients=recipients)


def test_an_unknown_signer_is_ours_to_mend(desk_keys: SecretKeyring) -> None:
    with pytest.raises(GnupgError):
        desk_keys.sign_and_encrypt(TEXT, signer=BOB, recipients=[certificate("bob")])
    with pytest.raises(GnupgError):
        desk_keys.sign_detached(TEXT, signer=BOB)


def test_encrypted_is_only_what_gpg_says_it_finished(
    desk_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openpgp, "run", lambda *a, **o: GpgRun(0, b"clear text", (Status("SIG_CREATED"),)))
    with pytest.raises(UnusableKeyError):
        desk_keys.sign_and_encrypt(TEXT, signer=DESK, recipients=[certificate("bob")])


def test_our_certificate_is_small_and_asked_for_once(
    desk_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk_keys.export_certificate(DESK)
    assert first == certificate("desk")
    monkeypatch.setattr(openpgp, "run", None)
    assert desk_keys.export_certificate(DESK) == first


def test_a_certificate_that_we_do_not_have_is_an_error(desk_keys: SecretKeyring) -> None:
    with pytest.raises(GnupgError):
        desk_keys.export_certificate("F" * 40)
