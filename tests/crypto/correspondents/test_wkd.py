"""Where keys are published: the addresses of the draft's own examples, and of names that could be more than names."""

from __future__ import annotations

import pytest

from crypto.correspondents.wkd import advanced_url, by_email_url, direct_url, local_hash, z_base_32

JOE = "iy9q119eutrkn8s1mk4r39qejnbu3n5q"


def test_the_example_of_the_draft() -> None:
    assert advanced_url("Joe.Doe", "example.org") == (
        f"https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/{JOE}?l=Joe.Doe"
    )
    assert direct_url("Joe.Doe", "example.org") == (
        f"https://example.org/.well-known/openpgpkey/hu/{JOE}?l=Joe.Doe"
    )


def test_a_key_server_is_asked_by_address() -> None:
    url = by_email_url("https://keys.example.org/", "joe", "example.org")
    assert url == "https://keys.example.org/vks/v1/by-email/joe%40example.org"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\x00", "yy"),
        (b"\xff", "9h"),
        (b"\xf0\xbf\xc7", "6n9hq"),
        (b"\xd4\x7a\x04", "4t7ye"),
        (bytes.fromhex("10110110"), "nyeonry"),
    ],
)
def test_z_base_32(data: bytes, text: str) -> None:
    assert z_base_32(data) == text


def test_only_ascii_letters_are_lower_cased() -> None:
    assert local_hash("JOE.DOE") == JOE
    assert local_hash("ÄRA") != local_hash("ära")
    assert local_hash("Ära") == local_hash("ÄRA".replace("RA", "ra"))


@pytest.mark.parametrize(
    ("local", "quoted"),
    [
        ("a/../b", "a%2F..%2Fb"),
        ("a&l=b", "a%26l%3Db"),
        ("a#b", "a%23b"),
        ("a?b", "a%3Fb"),
        ("a b", "a%20b"),
        ("a\r\nb", "a%0D%0Ab"),
        ("ñ", "%C3%B1"),
        ("a%2Fb", "a%252Fb"),
    ],
)
def test_a_name_stays_within_its_place(local: str, quoted: str) -> None:
    assert advanced_url(local, "example.org").endswith(f"/hu/{local_hash(local)}?l={quoted}")
    assert by_email_url("https://k.example", local, "example.org").endswith(f"/{quoted}%40example.org")
