"""Changing the desk's own keys, with real gpg: what is promised of each change is asked of gpg afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crypto.correspondents.certificates import read_certificates
from crypto.errors import GnupgError
from crypto.gnupg import GpgRun, make_desk_key, run, stop_agent
from crypto.openpgp import SecretKeyring
from crypto.own_keys import rekeying
from crypto.own_keys.making import OwnSubkey, certificate_for, list_own_keys, own_key
from crypto.own_keys.rekeying import destroy_subkey, extend_key, replace_subkeys
from crypto.structure.packets import PUBLIC_SUBKEY, walk
from tests.crypto.own import NOW, changeable_home, mail_to, opens, the_key
from tests.keyrings import BOB, CAROL, DESK

YEAR = timedelta(days=365)
ADDRESS = "desk@desk.example"


@pytest.fixture
def home() -> Iterator[Path]:
    with changeable_home("desk", "bob") as home:
        yield home


@pytest.fixture
def replaced(home: Path) -> tuple[OwnSubkey, OwnSubkey]:
    """The old encryption subkey and the new one."""
    key = the_key(home)
    return key.subkeys[0], replace_subkeys(home, key, key.subkeys, until=NOW + YEAR, now=NOW)


def test_a_key_lives_as_long_as_it_is_told_to(home: Path) -> None:
    key = the_key(home)
    extend_key(home, key, key.subkeys, until=NOW + YEAR, now=NOW)
    assert [the_key(home).expires, the_key(home).subkeys[0].expires] == [NOW + YEAR] * 2
    assert the_key(home, now=NOW + 2 * YEAR).trouble(NOW + 2 * YEAR) == "expired"
    ended = the_key(home, now=NOW + 2 * YEAR)
    extend_key(home, ended, ended.subkeys, until=NOW + 3 * YEAR, now=NOW + 2 * YEAR)
    assert the_key(home, now=NOW + 2 * YEAR).trouble(NOW + 2 * YEAR) == ""


def test_a_key_may_live_on_without_its_subkeys(home: Path) -> None:
    extend_key(home, the_key(home), (), until=NOW + YEAR, now=NOW)
    assert the_key(home).expires == NOW + YEAR
    assert the_key(home).subkeys[0].expires is None


def test_mail_to_both_subkeys_is_opened_after_one_was_replaced(home: Path) -> None:
    before = mail_to(home, the_key(home).subkeys[0].fingerprint, now=NOW)
    key = the_key(home)
    new = replace_subkeys(home, key, key.subkeys, until=NOW + YEAR, now=NOW)
    assert the_key(home).newest(NOW + timedelta(seconds=5)) == the_key(home).subkeys[1]
    assert the_key(home).subkeys[1].fingerprint == new.fingerprint
    assert opens(home, before)
    assert opens(home, mail_to(home, new.fingerprint, now=NOW + timedelta(days=1)))


def test_what_is_published_then_carries_the_new_subkey_alone(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey]
) -> None:
    later = NOW + timedelta(days=1)
    published = certificate_for(home, DESK, ADDRESS, now=later)
    assert sum(packet.tag == PUBLIC_SUBKEY for packet in walk(published)) == 1
    message = SecretKeyring(home).encrypt(b"marmalade", recipients=[published])
    _, new = replaced
    destroy_subkey(home, replaced[0].fingerprint, now=later)
    assert new.has_secret
    assert opens(home, message)


def test_a_destroyed_subkey_opens_nothing_and_no_other_key_is_harmed(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey]
) -> None:
    old, new = replaced
    later = NOW + timedelta(days=180)
    to_old, to_new = mail_to(home, old.fingerprint, now=NOW), mail_to(home, new.fingerprint, now=later)
    to_bob = mail_to(home, the_key(home, fingerprint=BOB).subkeys[0].fingerprint, now=NOW)
    destroy_subkey(home, old.fingerprint, now=later)
    assert [opens(home, each) for each in (to_old, to_new, to_bob)] == [False, True, True]
    assert SecretKeyring(home).sign_detached(b"x", signer=DESK)
    assert not list(home.rglob(f"*{old.keygrip}*"))
    assert [each.has_secret for each in the_key(home).subkeys] == [False, True]


def test_destroying_twice_is_no_harm(home: Path, replaced: tuple[OwnSubkey, OwnSubkey]) -> None:
    for _ in range(2):
        destroy_subkey(home, replaced[0].fingerprint, now=NOW + YEAR / 2)
    assert the_key(home).trouble(NOW) == ""


def test_the_subkey_that_mail_is_encrypted_to_is_not_destroyed(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey]
) -> None:
    with pytest.raises(GnupgError, match="still encrypted"):
        destroy_subkey(home, replaced[1].fingerprint, now=NOW)
    # Nor when the whole key has ended: it may be given more time.
    with pytest.raises(GnupgError, match="still encrypted"):
        destroy_subkey(home, replaced[1].fingerprint, now=NOW + 3 * YEAR)
    destroy_subkey(home, replaced[0].fingerprint, now=NOW + 3 * YEAR)
    assert [each.has_secret for each in the_key(home).subkeys] == [False, True]


def test_a_revoked_subkey_is_destroyed_without_a_proof_by_mail(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "_probe", lambda *given: b"")
    destroy_subkey(home, replaced[0].fingerprint, now=NOW + YEAR)
    assert not the_key(home).subkeys[0].has_secret


def test_a_subkey_of_nobody_is_not_there(home: Path) -> None:
    with pytest.raises(GnupgError, match="not in the desk's keyring"):
        destroy_subkey(home, "A" * 40, now=NOW)
    with pytest.raises(GnupgError, match="not in the desk's keyring"):
        own_key(home, CAROL, now=NOW)


def test_what_two_keys_share_is_not_destroyed(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = list_own_keys(home, now=NOW)
    monkeypatch.setattr(rekeying, "list_own_keys", lambda *given, **options: (*keys, *keys))
    with pytest.raises(GnupgError, match="the same"):
        destroy_subkey(home, replaced[0].fingerprint, now=NOW + YEAR)
    assert list(home.rglob(f"*{replaced[0].keygrip}*"))


def test_a_secret_that_is_still_there_is_no_destroyed_one(
    home: Path, replaced: tuple[OwnSubkey, OwnSubkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "private-keys-v1.d" / f"{replaced[0].keygrip}.key"
    copy = shutil.copy(file, home / "copy")

    def bring_back(place: Path) -> None:
        shutil.copy(copy, file)
        stop_agent(place)

    monkeypatch.setattr(rekeying, "stop_agent", bring_back)
    with pytest.raises(GnupgError, match="still opens"):
        destroy_subkey(home, replaced[0].fingerprint, now=NOW + YEAR)


def test_what_opens_mail_is_no_destroyed_subkey_whatever_is_listed(home: Path) -> None:
    message = mail_to(home, the_key(home).subkeys[0].fingerprint, now=NOW)
    assert rekeying._opens(home, message)


def test_a_key_whose_primary_is_elsewhere_cannot_be_changed_here(home: Path) -> None:
    key = the_key(home)
    (home / "private-keys-v1.d" / f"{key.keygrip}.key").unlink()
    stop_agent(home)
    assert not the_key(home).has_secret
    with pytest.raises(GnupgError, match="did not change"):
        extend_key(home, key, (), until=NOW + YEAR, now=NOW)
    with pytest.raises(GnupgError, match="did not change"):
        replace_subkeys(home, key, key.subkeys, until=NOW + YEAR, now=NOW)


def test_what_gpg_says_it_did_is_looked_at(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "run", lambda *given, **options: GpgRun(0, b"", ()))
    key = the_key(home)
    with pytest.raises(GnupgError, match="did not extend"):
        extend_key(home, key, key.subkeys, until=NOW + YEAR, now=NOW)
    with pytest.raises(GnupgError, match="no subkey"):
        replace_subkeys(home, key, key.subkeys, until=NOW + YEAR, now=NOW)


def test_a_key_that_we_make_is_listed_with_its_end(tmp_path: Path) -> None:
    with changeable_home("bob") as home:
        made = make_desk_key(home, name="Desk", address=ADDRESS, expires="1y")
        now = NOW.replace(year=2030)
        key = own_key(home, made, now=now)
        assert key.trouble(now) == "expired"
        assert key.addresses == {ADDRESS}
        exported = run(["--export", made], home=home).stdout
        assert read_certificates(exported, now=now)[0].expires == key.expires
