"""Mail of ours: what is outside can be seen by anybody, what is inside by nobody else."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest

from crypto.errors import UnusableKeyError
from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_encrypted, build_signed
from crypto.signatures import verify_detached
from crypto.structure.protection import Form, canonical, find_protection
from crypto.verdict import SignatureState
from tests.keyrings import BOB, DESK, certificate

SUBJECT = "Re: my secret printer"


def answer(**headers: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Help Desk <desk@desk.example>"
    message["To"] = "Böb <bob@user.example>"
    message["Subject"] = SUBJECT
    message["Date"] = "Thu, 01 Jan 2026 12:00:00 +0000"
    message["Message-ID"] = "<1@desk.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Grüße\nFrom the desk  \n.\n")
    return message


def encrypted(keyring: SecretKeyring, message: EmailMessage) -> bytes:
    return build_encrypted(message, keyring=keyring, signer=DESK, recipients=[certificate("bob")])


def opened(keyring: SecretKeyring, mail: bytes) -> EmailMessage:
    plaintext = keyring.decrypt(find_protection(mail).ciphertext).plaintext
    return email.message_from_bytes(plaintext, policy=policy.SMTP)


def test_an_answer_is_read_with_all_its_headers(desk_keys: SecretKeyring, bob_keys: SecretKeyring) -> None:
    inner = opened(bob_keys, encrypted(desk_keys, answer()))
    assert inner["Subject"] == SUBJECT
    assert inner["From"] == "Help Desk <desk@desk.example>"
    assert inner["To"] == "Böb <bob@user.example>"
    assert inner.get_content() == "Grüße\nFrom the desk  \n.\n"
    assert inner.get_param("protected-headers") == "v1"
    assert inner.get_param("hp") == "cipher"
    assert "Subject: ..." in inner.get_all("HP-Outer", [])


def test_nothing_of_an_answer_is_seen_outside(desk_keys: SecretKeyring) -> None:
    mail = encrypted(desk_keys, answer(X_Ticket="secret", Thread_Topic=SUBJECT, Bcc="eve@user.example"))
    outer = email.message_from_bytes(mail, policy=policy.SMTP)
    assert outer.get_all("Subject") == ["..."]
    assert outer.get_content_type() == "multipart/encrypted"
    for word in (b"secret", b"printer", b"eve@", b"Gr", b"Ticket"):
        assert word not in mail.split(b"Autocrypt:")[0]


def test_bcc_is_not_told_inside_either(desk_keys: SecretKeyring, bob_keys: SecretKeyring) -> None:
    assert opened(bob_keys, encrypted(desk_keys, answer(Bcc="eve@user.example")))["Bcc"] is None


def test_our_key_comes_with_every_mail(desk_keys: SecretKeyring) -> None:
    mail = encrypted(desk_keys, answer())
    header = str(email.message_from_bytes(mail)["Autocrypt"])
    fields, keydata = header.split("keydata=")
    assert fields == "addr=desk@desk.example; prefer-encrypt=mutual; "
    assert "".join(keydata.split()).startswith("mDMEZ3U")


@pytest.mark.parametrize("build", ["encrypted", "signed"])
def test_every_line_ends_as_mail_wants_it(desk_keys: SecretKeyring, build: str) -> None:
    mail = (
        encrypted(desk_keys, answer())
        if build == "encrypted"
        else build_signed(answer(), keyring=desk_keys, signer=DESK)
    )
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert mail.isascii()


def test_an_answer_says_only_what_it_is_told_to_of_machines(desk_keys: SecretKeyring) -> None:
    assert b"Auto-Submitted" not in encrypted(desk_keys, answer())
    assert b"Auto-Submitted: auto-replied\r\n" in encrypted(desk_keys, answer(Auto_Submitted="auto-replied"))


@pytest.mark.parametrize("value", ["x\r\nBcc: eve@user.example", "x\nBcc: y", "x\0y", "x\ry"])
@pytest.mark.parametrize("name", ["Subject", "References", "X-Other"])
def test_no_header_can_be_smuggled_in(desk_keys: SecretKeyring, name: str, value: str) -> None:
    message = answer()
    del message[name]
    message._headers.append((name, value))  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="unsafe header"):
        encrypted(desk_keys, message)
    with pytest.raises(ValueError, match="unsafe header"):
        build_signed(message, keyring=desk_keys, signer=DESK)


@pytest.mark.parametrize("value", [None, "a@desk.example, b@desk.example"])
def test_a_mail_of_ours_has_one_sender(desk_keys: SecretKeyring, value: str | None) -> None:
    message = answer()
    del message["From"]
    if value:
        message["From"] = value
    with pytest.raises(ValueError, match="one From"):
        encrypted(desk_keys, message)


def test_nothing_is_built_for_a_key_that_cannot_be_used(desk_keys: SecretKeyring) -> None:
    with pytest.raises(UnusableKeyError):
        build_encrypted(answer(), keyring=desk_keys, signer=DESK, recipients=[certificate("dora-expired")])


def test_a_signed_mail_can_be_read_and_verified(desk_keys: SecretKeyring) -> None:
    mail = build_signed(answer(), keyring=desk_keys, signer=DESK)
    found = find_protection(mail)
    assert found.form is Form.SIGNED
    assert found.signed is not None
    signature = verify_detached(canonical(found.signed.raw()), found.signature, [certificate("desk")])
    assert (signature.state, signature.fingerprint) == (SignatureState.VALID, DESK)
    message = email.message_from_bytes(mail, policy=policy.SMTP)
    assert message["Subject"] == SUBJECT
    assert message.get_param("micalg") == "pgp-sha512"


def test_a_signed_mail_without_subject_can_be_built(desk_keys: SecretKeyring) -> None:
    message = answer()
    del message["Subject"]
    assert b"\r\nSubject:" in build_signed(message, keyring=desk_keys, signer=DESK)


def test_attachments_come_along(desk_keys: SecretKeyring, bob_keys: SecretKeyring) -> None:
    message = answer()
    message.add_attachment(
        b"\0\1\r\n\xff", maintype="application", subtype="octet-stream", filename="log.bin"
    )
    inner = opened(bob_keys, encrypted(desk_keys, message))
    assert [part.get_content() for part in inner.iter_attachments()] == [b"\0\1\r\n\xff"]
    assert inner.get_content_type() == "multipart/mixed"
    assert BOB not in str(inner)
