"""A sealed value opens with its key at its place, and nowhere else."""

from __future__ import annotations

import pytest

from crypto.errors import SealError
from crypto.sealing import NONCE_BYTES, OVERHEAD, new_key, seal, unseal

KEY = bytes(range(32))
PLACE = "v1|tickets_message|text|row|ticket"


@pytest.mark.parametrize("value", [b"", b"x", "grüß dich".encode(), bytes(range(256)) * 100])
def test_what_is_sealed_comes_back(value: bytes) -> None:
    assert unseal(KEY, seal(KEY, value, PLACE), PLACE) == value


def test_the_plain_value_is_not_in_the_sealed_one() -> None:
    assert b"marmalade" not in seal(KEY, b"marmalade", PLACE)


@pytest.mark.parametrize(
    "place",
    [
        "v1|tickets_draft|text|row|ticket",
        "v1|tickets_message|subject|row|ticket",
        "v1|tickets_message|text|other|ticket",
        "v1|tickets_message|text|row|other",
        "",
    ],
)
def test_it_opens_at_no_other_place(place: str) -> None:
    with pytest.raises(SealError):
        unseal(KEY, seal(KEY, b"marmalade", PLACE), place)


def test_no_other_key_opens_it() -> None:
    with pytest.raises(SealError):
        unseal(new_key(), seal(KEY, b"marmalade", PLACE), PLACE)


def test_a_change_of_any_byte_is_noticed() -> None:
    sealed = seal(KEY, b"marmalade", PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealError):
            unseal(KEY, bytes(changed), PLACE)


def test_a_cut_is_noticed_wherever_it_is() -> None:
    sealed = seal(KEY, b"marmalade", PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealError):
            unseal(KEY, sealed[:length], PLACE)


def test_the_same_value_never_looks_the_same_twice() -> None:
    nonces = {seal(KEY, b"marmalade", PLACE)[1 : 1 + NONCE_BYTES] for _ in range(200)}
    assert len(nonces) == 200


def test_keys_are_random_and_have_256_bits() -> None:
    assert len({new_key() for _ in range(50)}) == 50
    assert len(new_key()) == 32


def test_the_overhead_is_what_is_said() -> None:
    assert len(seal(KEY, b"12345", PLACE)) == 5 + OVERHEAD


def test_an_error_says_nothing_of_what_was_sealed() -> None:
    with pytest.raises(SealError) as error:
        unseal(KEY, seal(KEY, b"marmalade", PLACE), "elsewhere")
    assert error.value.__suppress_context__
    assert "elsewhere" not in str(error.value)
