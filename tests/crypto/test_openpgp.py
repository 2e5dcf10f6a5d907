"""What the desk does with its keys, and what it must never take for a message to it."""

from __future__ import annotations

import binascii
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESOCB3

from crypto import openpgp
from crypto.errors import GnupgTimeout, KeyLockedError, NoSecretKeyError, RefusedError
from crypto.gnupg import GpgRun, Limits, Piped, run
from crypto.openpgp import SecretKeyring, open_content
from crypto.structure.packets import dearmor
from tests.keyrings import CAROL, DESK, certificate, secret_home

TEXT = b"Content-Type: text/plain\r\n\r\nThe printer is on fire.\r\n"
MARKER = b"printer"
LITERAL = b"\xcb\x0db\0\0\0\0\0forged!"


def to(name: str, text: bytes = TEXT) -> bytes:
    with secret_home() as home:
        return SecretKeyring(home).encrypt(text, recipients=[certificate(name)])


@pytest.fixture(scope="module")
def mail() -> bytes:
    return to("desk")


def test_a_message_to_the_desk_is_opened(desk_keys: SecretKeyring, mail: bytes) -> None:
    opened = desk_keys.decrypt(mail)
    assert opened.plaintext == TEXT
    assert opened.key_fingerprint == DESK
    assert opened.message.data in dearmor(mail)


def test_a_big_message_is_opened_whole(desk_keys: SecretKeyring) -> None:
    big = os.urandom(3_000_000)
    assert desk_keys.decrypt(to("desk", big)).plaintext == big


def test_neither_text_nor_session_key_is_in_a_representation(desk_keys: SecretKeyring, mail: bytes) -> None:
    opened = desk_keys.decrypt(mail)
    assert MARKER.decode() not in repr(opened)
    assert opened.session_key not in repr(opened)


def test_each_passphrase_is_tried(carol_keys: SecretKeyring) -> None:
    assert carol_keys.decrypt(to("carol")).key_fingerprint == CAROL


@pytest.mark.parametrize("passphrases", [(), ("falsch",)])
def test_a_locked_key_is_ours_to_mend(passphrases: tuple[str, ...]) -> None:
    with secret_home("carol") as home, pytest.raises(KeyLockedError):
        SecretKeyring(home, passphrases).decrypt(to("carol"))


def test_a_message_to_others_has_no_key(desk_keys: SecretKeyring) -> None:
    with pytest.raises(NoSecretKeyError):
        desk_keys.decrypt(to("bob"))


def hidden(*names: str) -> bytes:
    recipients = [
        part for name in names for part in ("--hidden-recipient-file", Piped(certificate(name), "-&{}"))
    ]
    with secret_home() as home:
        return run([*recipients, "--encrypt"], home=home, stdin=TEXT).stdout


def test_a_hidden_recipient_is_found_among_others(desk_keys: SecretKeyring) -> None:
    assert desk_keys.decrypt(hidden("bob", "desk")).plaintext == TEXT


def test_a_locked_key_does_not_hide_an_open_one() -> None:
    with secret_home("carol", "desk") as home:
        assert SecretKeyring(home).decrypt(hidden("desk")).plaintext == TEXT


def test_a_message_for_a_passphrase_is_not_for_the_desk(desk_keys: SecretKeyring) -> None:
    with secret_home() as home:
        keyring = SecretKeyring(home, ("abc",))
        made = keyring._run_with_secrets(["--symmetric"], stdin=TEXT, until=lambda done: bool(done.stdout))
    with pytest.raises(NoSecretKeyError):
        desk_keys.decrypt(made.stdout)


def changed(data: bytes, position: int) -> bytes:
    return data[:position] + bytes((data[position] ^ 1,)) + data[position + 1 :]


@pytest.mark.parametrize("position", [-1, -20, -60], ids=["the sum", "the sum's head", "the text"])
def test_a_changed_message_is_refused(desk_keys: SecretKeyring, mail: bytes, position: int) -> None:
    with pytest.raises(RefusedError):
        desk_keys.decrypt(changed(dearmor(mail), position))


def test_a_changed_session_key_is_refused(desk_keys: SecretKeyring, mail: bytes) -> None:
    with pytest.raises(RefusedError):
        desk_keys.decrypt(changed(dearmor(mail), 80))


@pytest.mark.parametrize("shape", ["{literal}{mail}", "{mail}{literal}", "{mail}{mail}", "{literal}"])
def test_the_second_step_refuses_by_itself_what_is_not_one_message(
    desk_keys: SecretKeyring, mail: bytes, shape: str
) -> None:
    opened = desk_keys.decrypt(mail)
    pieces = {"mail": binascii.hexlify(dearmor(mail)).decode(), "literal": LITERAL.hex()}
    with pytest.raises(RefusedError):
        open_content(bytes.fromhex(shape.format(**pieces)), opened.session_key)


def aead(text: bytes, key: bytes) -> bytes:
    """An OCB message (tag 20), as GnuPG 2.3 writes it and 2.2 reads it."""
    literal = b"\xcb" + bytes((len(text) + 6,)) + b"b\0\0\0\0\0" + text
    nonce, head = bytes(15), b"\xd4\x01\x09\x02\x10"
    cipher = AESOCB3(key)
    first = cipher.encrypt(nonce, literal, head + bytes(8))
    final = cipher.encrypt(
        bytes(14) + b"\1", b"", head + (1).to_bytes(8, "big") + len(literal).to_bytes(8, "big")
    )
    body = head[1:] + nonce + first + final
    # gpg takes a message that begins with the data for armor, so a session key for nobody goes first.
    return (
        b"\xc1\x0d\x03"
        + b"\x11" * 8
        + b"\x01\x00\x01\x01"
        + b"\xd4\xff"
        + len(body).to_bytes(4, "big")
        + body
    )


def test_an_authenticated_message_is_opened_and_a_changed_one_refused() -> None:
    key = bytes(range(32))
    assert open_content(aead(b"whole", key), f"9:{key.hex().upper()}") == b"whole"
    with pytest.raises(RefusedError):
        open_content(changed(aead(b"whole", key), -20), f"9:{key.hex().upper()}")
    with pytest.raises(RefusedError):
        open_content(changed(aead(b"whole", key), -1), f"9:{key.hex().upper()}")


def test_a_bomb_is_refused_at_the_limit(desk_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    with secret_home() as home:
        arguments: list[str | Piped] = [
            "--recipient-file",
            Piped(certificate("desk"), "-&{}"),
            "--compress-algo",
            "zlib",
            "-e",
        ]
        bomb = run(arguments, home=home, stdin=bytes(200_000)).stdout
    assert len(bomb) < 2_000
    assert len(desk_keys.decrypt(bomb).plaintext) == 200_000
    monkeypatch.setattr(openpgp, "OUTPUT_LIMIT", 100_000)
    with pytest.raises(RefusedError):
        desk_keys.decrypt(bomb)


def test_a_message_that_takes_too_long_to_open_is_refused(
    mail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*arguments: object, **options: object) -> GpgRun:
        raise GnupgTimeout("too long")

    monkeypatch.setattr(openpgp, "run", too_long)
    with pytest.raises(RefusedError, match="too long"):
        open_content(dearmor(mail), "9:00")


def test_a_time_out_in_the_first_step_is_tried_once_more_only(
    desk_keys: SecretKeyring, mail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openpgp, "STEP", Limits(seconds=0.0, output=0))
    with pytest.raises(GnupgTimeout):
        desk_keys.decrypt(mail)


def test_the_first_step_is_shown_only_the_head_of_a_message(
    desk_keys: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def watch(
        arguments: list[str | Piped], *, home: Path, stdin: bytes, limits: Limits | None = None
    ) -> GpgRun:
        seen.append(len(stdin))
        return run(arguments, home=home, stdin=stdin, limits=limits)

    big = to("desk", os.urandom(100_000))
    monkeypatch.setattr(openpgp, "run", watch)
    desk_keys.decrypt(big)
    assert seen[0] < 500
    assert seen[1] > 100_000
