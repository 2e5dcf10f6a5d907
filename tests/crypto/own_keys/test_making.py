"""What the desk's own keys are worth, from what gpg lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crypto.gnupg import import_secret_key, stop_agent
from crypto.own_keys.making import OwnKey, OwnSubkey, certificate_for, list_own_keys, secret_keys_in
from crypto.structure.packets import USER_ID, walk
from tests.crypto.own import NOW, changeable_home, the_key
from tests.keyrings import BOB, DESK, DORA, GWEN, KEYS

SOON, GONE = NOW + timedelta(days=10), NOW - timedelta(days=1)
MADE = datetime(2025, 1, 1, tzinfo=UTC)
ENCRYPTS = OwnSubkey("E" * 40, "1" * 40, MADE, None, "18", encrypts=True, is_revoked=False, has_secret=True)
SIGNS = replace(ENCRYPTS, fingerprint="5" * 40, encrypts=False)
NEWER = replace(ENCRYPTS, fingerprint="F" * 40, created=NOW - timedelta(days=3))


def key(*subkeys: OwnSubkey, expires: datetime | None = None, is_revoked: bool = False) -> OwnKey:
    return OwnKey("A" * 40, "2" * 40, frozenset(), expires, is_revoked, has_secret=True, subkeys=subkeys)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with changeable_home("desk", "dora-expired", "gwen-revoked") as home:
        import_secret_key(home, (KEYS / "gwen-revoked.public.asc").read_bytes())  # It brings the revocation.
        yield home


@pytest.mark.parametrize(
    ("one", "trouble", "end"),
    [
        (key(ENCRYPTS), "", None),
        (key(SIGNS, ENCRYPTS), "", None),
        (key(ENCRYPTS, expires=SOON), "", SOON),
        (key(replace(ENCRYPTS, expires=SOON)), "", SOON),
        (key(replace(ENCRYPTS, expires=GONE), NEWER), "", None),
        (key(replace(ENCRYPTS, expires=SOON), NEWER), "", None),
        (key(ENCRYPTS, expires=GONE), "expired", GONE),
        (key(replace(ENCRYPTS, expires=GONE)), "expired", None),
        (key(SIGNS), "sign_only", None),
        (key(), "sign_only", None),
        (key(replace(ENCRYPTS, is_revoked=True)), "sign_only", None),
        (key(ENCRYPTS, is_revoked=True), "revoked", None),
        (key(replace(ENCRYPTS, has_secret=False)), "missing", None),
        (key(ENCRYPTS, replace(NEWER, has_secret=False)), "missing", None),
        (key(replace(ENCRYPTS, has_secret=False), NEWER), "", None),
    ],
)
def test_what_is_wrong_with_a_key(one: OwnKey, trouble: str, end: datetime | None) -> None:
    assert (one.trouble(NOW), one.end(NOW)) == (trouble, end)


def test_keys_are_listed_with_their_subkeys(home: Path) -> None:
    keys = {each.fingerprint: each for each in list_own_keys(home, now=NOW)}
    assert {name: each.trouble(NOW) for name, each in keys.items()} == {
        DESK: "",
        DORA: "expired",
        GWEN: "revoked",
    }
    assert keys[DESK].addresses == {"desk@desk.example"}
    assert len({grip for each in keys.values() for grip in each.keygrips}) == 6
    assert [each.encrypts for each in keys[DESK].subkeys] == [True]


def test_a_primary_key_may_be_elsewhere() -> None:
    with changeable_home() as home:
        whole = the_key(home)
        (home / "private-keys-v1.d" / f"{whole.keygrip}.key").unlink()
        stop_agent(home)
        assert the_key(home) == replace(whole, has_secret=False)


def test_a_file_is_looked_into_before_it_is_imported() -> None:
    both = (KEYS / "bob.public.asc").read_bytes() + (KEYS / "desk.secret.asc").read_bytes()
    assert [each.fingerprint for each in secret_keys_in(both, now=NOW)] == [DESK]
    assert secret_keys_in((KEYS / "bob.public.asc").read_bytes(), now=NOW) == ()
    assert [each.fingerprint for each in secret_keys_in((KEYS / "bob.secret.asc").read_bytes(), now=NOW)] == [
        BOB
    ]
    assert secret_keys_in(b"no key", now=NOW) == ()


def test_a_certificate_is_for_one_address(home: Path) -> None:
    found = certificate_for(home, DESK, "desk@desk.example", now=NOW)
    assert [packet.body for packet in walk(found) if packet.tag == USER_ID] == [b"Desk <desk@desk.example>"]
    assert certificate_for(home, DESK, "other@desk.example", now=NOW) == b""
