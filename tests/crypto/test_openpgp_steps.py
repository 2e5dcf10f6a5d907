"""How often gpg is run to open a message, what each run may see, and which of them decides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from crypto import openpgp
from crypto.errors import GnupgError, GnupgTimeout, RefusedError
from crypto.gnupg import NOWHERE, OUTPUT_LIMIT, GpgRun, Limits, Piped, run
from crypto.openpgp import SecretKeyring, open_and_judge
from crypto.structure.packets import dearmor
from crypto.verdict import Signature, SignatureState
from tests.keyrings import BOB, certificate

TEXT = b"Content-Type: text/plain\r\n\r\nThe printer is on fire.\r\n"
CHANGED = "9:" + "00" * 32


@pytest.fixture
def signed(bob_keys: SecretKeyring) -> bytes:
    return bob_keys.sign_and_encrypt(TEXT, signer=BOB, recipients=[certificate("desk")])


@pytest.fixture
def unsigned(desk_keys: SecretKeyring) -> bytes:
    return desk_keys.encrypt(TEXT, recipients=[certificate("desk")])


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], Path]]:
    """The arguments and the home of each run of gpg, as they come."""
    seen: list[tuple[set[str], Path]] = []

    def watch(
        arguments: Sequence[str | Piped], *, home: Path, stdin: bytes, limits: Limits | None = None
    ) -> GpgRun:
        seen.append(({each for each in arguments if isinstance(each, str)}, home))
        return run(arguments, home=home, stdin=stdin, limits=limits)

    monkeypatch.setattr(openpgp, "run", watch)
    return seen


def failing(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """Every run that verifies ends like this."""

    def fail(
        arguments: Sequence[str | Piped], *, home: Path, stdin: bytes, limits: Limits | None = None
    ) -> GpgRun:
        if home == NOWHERE and "--skip-verify" not in arguments:
            raise error("no")
        return run(arguments, home=home, stdin=stdin, limits=limits)

    monkeypatch.setattr(openpgp, "run", fail)


def test_a_message_signed_by_a_known_key_takes_two_runs(
    desk_keys: SecretKeyring, signed: bytes, runs: list[tuple[set[str], Path]]
) -> None:
    opened = desk_keys.decrypt(signed, certificates=[certificate("bob")])
    assert opened.signature == Signature(SignatureState.VALID, BOB)
    (first, with_key), (second, without) = runs
    assert "--show-session-key" in first
    assert with_key == desk_keys.home
    assert {"--override-session-key-fd", "--max-output", "--no-default-keyring"} <= second
    assert without == NOWHERE
    assert not NOWHERE.exists()


def test_a_message_without_a_signature_takes_two_runs(
    desk_keys: SecretKeyring, unsigned: bytes, runs: list[tuple[set[str], Path]]
) -> None:
    assert desk_keys.decrypt(unsigned).signature == Signature()
    assert len(runs) == 2


def test_what_a_signature_is_the_trouble_with_is_judged_without_it(
    desk_keys: SecretKeyring, signed: bytes, runs: list[tuple[set[str], Path]]
) -> None:
    opened = desk_keys.decrypt(signed)
    assert opened.plaintext == TEXT
    assert opened.signature.state is SignatureState.UNKNOWN_KEY
    (_, (second, _), (third, home)) = runs
    assert "--skip-verify" not in second
    assert {"--skip-verify", "--override-session-key-fd", "--max-output", "--no-default-keyring"} <= third
    assert home == NOWHERE


def test_what_is_too_big_is_unpacked_once(
    desk_keys: SecretKeyring, runs: list[tuple[set[str], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    big = desk_keys.encrypt(bytes(200_000), recipients=[certificate("desk")])
    monkeypatch.setattr(openpgp, "OUTPUT_LIMIT", 65_536)
    runs.clear()
    with pytest.raises(RefusedError):
        desk_keys.decrypt(big)
    assert len(runs) == 2


@pytest.mark.parametrize("place", [-1, -60], ids=["the sum", "the text"])
def test_what_does_not_decrypt_whole_is_unpacked_once(
    desk_keys: SecretKeyring, signed: bytes, runs: list[tuple[set[str], Path]], place: int
) -> None:
    broken = bytearray(dearmor(signed))
    broken[place] ^= 1
    with pytest.raises(RefusedError):
        desk_keys.decrypt(bytes(broken))
    assert len(runs) == 2


def test_both_runs_that_unpack_end_in_half_a_minute(
    desk_keys: SecretKeyring, signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first step puts out is not even read."""
    kept: list[Limits] = []

    def watch(
        arguments: Sequence[str | Piped], *, home: Path, stdin: bytes, limits: Limits | None = None
    ) -> GpgRun:
        kept.append(limits or Limits())
        return run(arguments, home=home, stdin=stdin, limits=limits)

    monkeypatch.setattr(openpgp, "run", watch)
    desk_keys.decrypt(signed)
    assert [each.output for each in kept] == [0, OUTPUT_LIMIT, OUTPUT_LIMIT]
    assert sum(each.seconds for each in kept[1:]) < 30


@pytest.mark.parametrize("error", [GnupgTimeout, GnupgError])
def test_a_verification_that_does_not_end_well_is_our_trouble(
    desk_keys: SecretKeyring, signed: bytes, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    failing(monkeypatch, error)
    with pytest.raises(error):
        desk_keys.decrypt(signed)


@pytest.mark.parametrize("error", [GnupgTimeout, GnupgError])
def test_a_message_that_is_no_good_is_refused_however_its_verification_ends(
    signed: bytes, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    failing(monkeypatch, error)
    with pytest.raises(RefusedError):
        open_and_judge(dearmor(signed), CHANGED, [certificate("bob")])
