"""A key with a passphrase is found out before anybody writes to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crypto.errors import GnupgError, KeyLockedError
from crypto.openpgp import SecretKeyring
from crypto.own_keys.trial import locked_keys_in, own_trouble
from tests.crypto.own import changeable_home, the_key
from tests.keyrings import CAROL, DESK, DORA, KEYS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "locked"), [("desk", ()), ("carol", (CAROL,)), ("dora-expired", ()), ("gwen-revoked", ())]
)
def test_a_file_says_which_of_its_keys_are_locked(name: str, locked: tuple[str, ...]) -> None:
    assert locked_keys_in((KEYS / f"{name}.secret.asc").read_bytes(), now=NOW) == locked


def test_a_key_of_ours_that_is_locked_says_so() -> None:
    with changeable_home("carol", "desk") as home:
        assert own_trouble(home, the_key(home, fingerprint=CAROL), now=NOW) == "locked"
        assert own_trouble(home, the_key(home), now=NOW) == ""


def test_what_is_wrong_with_it_anyhow_is_said_first() -> None:
    with changeable_home("dora-expired") as home:
        assert own_trouble(home, the_key(home, fingerprint=DORA), now=NOW) == "expired"


@pytest.mark.parametrize(("error", "trouble"), [(KeyLockedError("x"), "locked"), (GnupgError("x"), "")])
def test_a_part_that_only_opens_may_be_the_locked_one(
    monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: str
) -> None:
    def fail(*given: object, **options: object) -> None:
        raise error

    with changeable_home() as home:
        monkeypatch.setattr(SecretKeyring, "decrypt", fail)
        assert own_trouble(home, the_key(home, fingerprint=DESK), now=NOW) == trouble


def test_nothing_is_signed_with_a_locked_key() -> None:
    with changeable_home("carol") as home, pytest.raises(KeyLockedError):
        SecretKeyring(home).sign_detached(b"words", signer=CAROL)
