"""A folder of keys becomes a keyring for a while, and nothing of it stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from crypto.gnupg import list_secret_keys
from crypto.keyfolder import open_key_folder
from crypto.structure.blocks import armored_blocks
from tests.keyrings import BOB, CAROL, DESK, KEYS, certificate


def test_armored_and_binary_keys_and_passphrases_are_loaded(tmp_path: Path) -> None:
    shutil.copy(KEYS / "carol.secret.asc", tmp_path)
    shutil.copy(KEYS / "carol.passphrase", tmp_path)
    (tmp_path / "secring.gpg").write_bytes(armored_blocks((KEYS / "desk.secret.asc").read_bytes())[0][1])
    (tmp_path / "bob.gpg").write_bytes(certificate("bob"))
    (tmp_path / "notes.txt").write_text("not a key")
    (tmp_path / "cut.asc").write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA")
    (tmp_path / "folder").mkdir()
    with open_key_folder(tmp_path) as (keyring, known):
        home = keyring.home
        assert set(list_secret_keys(keyring.home)) == {DESK, CAROL}
        assert {each.fingerprint: each.addresses for each in known} == {
            BOB: {"bob@user.example"},
            CAROL: {"carol@user.example"},
            DESK: {"desk@desk.example"},
        }
        for name in ("carol", "desk"):
            assert keyring.decrypt(keyring.encrypt(b"x", recipients=[certificate(name)])).plaintext == b"x"
    assert not home.exists()
    assert len(str(home)) < 40


def test_an_open_key_wins_over_the_same_key_with_a_passphrase(tmp_path: Path) -> None:
    shutil.copy(KEYS / "desk.secret.asc", tmp_path / "z.asc")
    shutil.copy(KEYS / "carol.secret.asc", tmp_path / "a.asc")
    with open_key_folder(tmp_path) as (keyring, _):
        assert keyring.decrypt(keyring.encrypt(b"x", recipients=[certificate("desk")])).plaintext == b"x"
