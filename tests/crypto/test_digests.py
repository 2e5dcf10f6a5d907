"""Addresses are found again in whatever way they were written, and by nothing but their digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from crypto.digests import address_digest, fingerprint_digest, normalise_address
from crypto.vault import digest, epoch_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        (" ann@example.org\n", "ann@example.org"),
        ("jose\u0301@example.org", "jos\u00e9@example.org"),
        ("JOSE\u0301@example.org", "jos\u00e9@example.org"),
    ],
)
def test_two_ways_to_write_an_address_are_one(one: str, other: str) -> None:
    assert normalise_address(one) == other
    assert address_digest(one) == address_digest(other)


@pytest.mark.parametrize(
    "other", ["ann@example.com", "anna@example.org", "ann+tag@example.org", "a.nn@example.org"]
)
def test_different_addresses_stay_apart(other: str) -> None:
    assert address_digest("ann@example.org") != address_digest(other)


@pytest.mark.parametrize("nobody", ["", " ", "\n"])
def test_no_address_has_no_digest(nobody: str) -> None:
    assert address_digest(nobody) == ""


def test_fingerprints_are_the_same_in_small_letters() -> None:
    assert fingerprint_digest("ab" * 20) == fingerprint_digest("AB" * 20)


def test_an_address_never_equals_a_fingerprint() -> None:
    assert digest("address", "AB") != digest("fingerprint", "AB")


def test_text_and_its_bytes_have_one_digest() -> None:
    assert digest("report", "grüß") == digest("report", "grüß".encode())


def test_the_keys_are_those_of_the_settings(vault: Path) -> None:
    assert epoch_keys().directory == vault / "keys"
    assert epoch_keys() is epoch_keys()
