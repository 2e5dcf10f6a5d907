"""A signature is judged with the keys it is shown, and for the very bytes it is about."""

from __future__ import annotations

from itertools import pairwise

import pytest

from crypto import openpgp
from crypto.gnupg import Piped, run, start_agent
from crypto.openpgp import SecretKeyring
from crypto.signatures import public_keyring, verify_clear, verify_detached
from crypto.structure.packets import SIGNATURE, walk
from crypto.verdict import Signature, SignatureState
from tests.keyrings import BOB, DESK, DORA, GWEN, certificate, secret_home

TEXT = b"Content-Type: text/plain\r\n\r\nThe printer is on fire.\r\n"
VALID = Signature(SignatureState.VALID, BOB)


@pytest.fixture(scope="module")
def signature() -> bytes:
    with secret_home("bob") as home:
        return SecretKeyring(home).sign_detached(TEXT, signer=BOB)


def test_a_signature_beside_its_text_is_verified(signature: bytes) -> None:
    assert verify_detached(TEXT, signature, [certificate("desk"), certificate("bob")]) == VALID


@pytest.mark.parametrize("certificates", [[], ["desk"]])
def test_a_key_that_is_not_shown_is_unknown(signature: bytes, certificates: list[str]) -> None:
    found = verify_detached(TEXT, signature, [certificate(name) for name in certificates])
    assert found.state is SignatureState.UNKNOWN_KEY


def test_a_signature_of_another_text_is_invalid(signature: bytes) -> None:
    assert verify_detached(TEXT + b"!", signature, [certificate("bob")]).state is SignatureState.INVALID


@pytest.mark.parametrize(
    "junk", [b"", b"no signature", b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"]
)
def test_what_is_no_signature_is_an_invalid_one(junk: bytes) -> None:
    assert verify_detached(TEXT, junk, [certificate("bob")]).state is SignatureState.INVALID
    assert verify_clear(junk, [certificate("bob")])[0].state is SignatureState.INVALID


def test_a_revoked_key_is_said_to_be_revoked() -> None:
    with secret_home("gwen-revoked") as home:
        made = SecretKeyring(home).sign_detached(TEXT, signer=GWEN)
    assert verify_detached(TEXT, made, [certificate("gwen-revoked")]) == Signature(
        SignatureState.REVOKED, GWEN
    )


def test_an_expired_key_is_said_to_be_expired() -> None:
    with secret_home("dora-expired") as home:
        start_agent(home)
        arguments = ["--faked-system-time", "20250301T000000", "--local-user", DORA, "--detach-sign"]
        made = run(arguments, home=home, stdin=TEXT).stdout
    assert verify_detached(TEXT, made, [certificate("dora-expired")]) == Signature(
        SignatureState.EXPIRED, DORA
    )


def test_a_clear_signed_text_is_given_without_its_frame(bob_keys: SecretKeyring) -> None:
    start_agent(bob_keys.home)
    made = run(["--local-user", BOB, "--clear-sign"], home=bob_keys.home, stdin=b"- dashes\nthat\n").stdout
    assert verify_clear(made, [certificate("bob")]) == (VALID, b"- dashes\nthat\n")
    assert (
        verify_clear(made.replace(b"that", b"this"), [certificate("bob")])[0].state is SignatureState.INVALID
    )


def test_a_signature_inside_the_encryption_is_judged_by_the_given_certificates(
    desk_keys: SecretKeyring, bob_keys: SecretKeyring
) -> None:
    mail = bob_keys.sign_and_encrypt(TEXT, signer=BOB, recipients=[certificate("desk")])
    assert desk_keys.decrypt(mail, certificates=[certificate("bob")]).signature == VALID
    assert desk_keys.decrypt(mail).signature.state is SignatureState.UNKNOWN_KEY


def test_a_signature_of_other_bytes_than_were_accepted_is_invalid(
    desk_keys: SecretKeyring, bob_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = bob_keys.sign_and_encrypt(TEXT, signer=BOB, recipients=[certificate("desk")])
    monkeypatch.setattr(openpgp, "open_content", lambda *_: b"other")
    opened = desk_keys.decrypt(mail)
    assert opened.signature == Signature(SignatureState.INVALID)
    assert opened.plaintext == b"other"


def test_a_message_without_a_signature_has_none(desk_keys: SecretKeyring) -> None:
    mail = desk_keys.encrypt(TEXT, recipients=[certificate("desk")])
    opened = desk_keys.decrypt(mail, certificates=[certificate("bob")])
    assert opened.signature == Signature()
    assert opened.key_fingerprint == DESK


def test_every_signature_of_a_known_certificate_is_marked_as_looked_at() -> None:
    keyring = public_keyring([certificate("bob"), certificate("gwen-revoked")])[-1]
    assert isinstance(keyring, Piped)
    packets = list(walk(keyring.content))
    assert sum(each.tag == SIGNATURE for each in packets) == 5
    assert all(
        after.body == b"\x00\x03gpg\x00" for before, after in pairwise(packets) if before.tag == SIGNATURE
    )
