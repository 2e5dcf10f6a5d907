"""Keys that strangers send: cleaned, described, and none of them believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crypto.correspondents import certificates
from crypto.correspondents.certificates import Certificate, State, fingerprint_of, read_certificates
from crypto.errors import RefusedError
from crypto.listing import parse_listing
from crypto.structure.packets import SIGNATURE, walk
from tests.keyrings import BOB, CAROL, DESK, DORA, GWEN, KEYS, certificate

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(name: str, now: datetime = NOW) -> Certificate:
    (found,) = read_certificates((KEYS / f"{name}.public.asc").read_bytes(), now=now)
    return found


def test_a_key_is_described() -> None:
    assert read("bob") == Certificate(
        fingerprint=BOB,
        addresses=frozenset({"bob@user.example"}),
        created=datetime(2025, 1, 1, 12, tzinfo=UTC),
        expires=None,
        state=State.USABLE,
        algorithm="EdDSA ed25519",
        minimal=certificate("bob"),
    )


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("carol", State.USABLE),
        ("dora-expired", State.EXPIRED),
        ("gwen-revoked", State.REVOKED),
        ("erin-sign-only", State.SIGN_ONLY),
        ("finn-weak", State.WEAK),
    ],
)
def test_a_key_that_cannot_be_used_says_why(name: str, state: State) -> None:
    assert read(name).state is state


def test_a_key_expires_by_the_clock_it_is_given() -> None:
    early = read("dora-expired", datetime(2025, 3, 1, tzinfo=UTC))
    assert early.state is State.USABLE
    assert early.expires == datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("name", "fingerprint"), [("dora-expired", DORA), ("gwen-revoked", GWEN)])
def test_a_dead_key_still_says_whose_it_was(name: str, fingerprint: str) -> None:
    found = read(name)
    assert found.fingerprint == fingerprint
    assert found.addresses == {f"{name.split('-', maxsplit=1)[0]}@user.example"}


def test_several_keys_in_one_block_and_in_several() -> None:
    binary = certificate("bob") + certificate("desk") + certificate("bob")
    armored = b"Hello\n" + (KEYS / "bob.public.asc").read_bytes() + (KEYS / "desk.public.asc").read_bytes()
    for data in (binary, armored):
        assert [each.fingerprint for each in read_certificates(data, now=NOW)] == [BOB, DESK]


def test_with_an_address_only_its_user_ids_are_kept() -> None:
    (found,) = read_certificates(certificate("bob"), now=NOW, address="bob@user.example")
    assert found.state is State.USABLE
    (other,) = read_certificates(certificate("bob"), now=NOW, address="eve@user.example")
    assert (other.state, other.addresses) == (State.UNREADABLE, frozenset())


@pytest.mark.parametrize("address", ["a@b || mbox = bob@user.example", "bob", "a@b.c\n", ""])
def test_an_address_that_is_none_is_not_put_into_a_filter(address: str) -> None:
    (found,) = read_certificates(certificate("bob"), now=NOW, address=address)
    assert found.state is State.UNREADABLE


def test_secret_keys_of_strangers_are_refused() -> None:
    with pytest.raises(RefusedError):
        read_certificates((KEYS / "bob.secret.asc").read_bytes(), now=NOW)


@pytest.mark.parametrize(
    "data", [b"", b"no key", b"-----BEGIN PGP MESSAGE-----\n\nyw==\n-----END PGP MESSAGE-----"]
)
def test_no_key_is_found_where_there_is_none(data: bytes) -> None:
    assert read_certificates(data, now=NOW) == ()


def test_a_block_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "MAX_INPUT", 100)
    with pytest.raises(RefusedError, match="too large"):
        read_certificates(certificate("bob"), now=NOW)


def without_signatures(key: bytes) -> bytes:
    return b"".join(key[each.start : each.end] for each in walk(key) if each.tag != 2)


def test_a_key_without_its_own_signatures_is_unreadable() -> None:
    (found,) = read_certificates(without_signatures(certificate("bob")), now=NOW)
    assert (found.state, found.fingerprint, found.addresses) == (State.UNREADABLE, BOB, frozenset())


def test_a_key_of_an_unknown_version_is_left_out() -> None:
    assert read_certificates(b"\xc6\x0a\x06" + b"x" * 9, now=NOW) == ()


def flooded(key: bytes, signatures: int) -> bytes:
    """The key with signatures by strangers on its user id: the issuer's key id and fingerprint are others."""
    packets = list(walk(key))
    own = packets[2]
    junk = []
    for number in range(signatures):
        stranger = number.to_bytes(8, "big")
        body = own.body.replace(bytes.fromhex(BOB)[-8:], stranger)
        junk.append(b"\xc2\xff" + len(body).to_bytes(4, "big") + body)
    return key[: own.end] + b"".join(junk) + key[own.end :]


def test_a_flooded_key_is_cut_to_its_own_signatures() -> None:
    flood = flooded(certificate("bob"), 3_000)
    assert len(flood) > 400_000
    (found,) = read_certificates(flood, now=NOW)
    assert (found.state, found.minimal) == (State.USABLE, certificate("bob"))


@pytest.mark.parametrize(("limit", "value"), [("MAX_CERTIFICATE", 400), ("MAX_SUBKEYS", 0)])
def test_a_key_that_stays_too_big_is_unreadable(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, limit, value)
    assert read("bob").state is State.UNREADABLE


def test_of_very_many_keys_only_the_first_are_read() -> None:
    both = certificate("bob") + certificate("desk")
    assert [each.fingerprint for each in read_certificates(both, now=NOW, most=1)] == [BOB]
    many = b"".join(b"\x99\0\7\x04\0\0\0\1\x01" + bytes([number]) for number in range(60))
    assert len(read_certificates(many, now=NOW)) == certificates.MAX_CERTIFICATES


def test_a_fingerprint_is_computed_from_the_key_itself() -> None:
    assert fingerprint_of(certificate("carol")) == CAROL


def test_a_listing_without_keys_is_empty() -> None:
    assert parse_listing(b"tru::1:1:0:3:1:5\n") == ()


def test_a_listed_key_that_nobody_offered_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = parse_listing
    monkeypatch.setattr(
        certificates, "parse_listing", lambda raw: listing(raw.replace(BOB.encode(), b"F" * 40))
    )
    assert read("bob").state is State.UNREADABLE


@pytest.mark.parametrize(
    ("user_id", "addresses"),
    [
        ("Bob <bob@User.Example>", {"bob@user.example"}),
        ("bob@user.example", {"bob@user.example"}),
        ("Bob \\x3cbob@user.example\\x3e", {"bob@user.example"}),
        ("eve@user.example <bob@user.example>", {"bob@user.example"}),
        ("Bob", set()),
        ("bob@user.example and others", set()),
    ],
)
def test_the_address_of_a_user_id(user_id: str, addresses: set[str]) -> None:
    listing = f"pub:-:255:22:1:1735732800:::-:::scESC:::::ed25519:::0:\nfpr:::::::::{BOB}:\nuid:-::::1::H::{user_id}::::::::::0:"
    assert parse_listing(listing.encode())[0].addresses == addresses


def test_revoked_user_ids_and_dead_subkeys_do_not_count() -> None:
    listing = "pub:-:255:22:1:1:::-:::scESC::::::::0:\nuid:r::::1::H::<old@user.example>::::::::::0:\nsub:e:1024:1:2:1::::::e:\nsub:-:2048:1:3:1::::::e:"
    (key,) = parse_listing(listing.encode())
    assert key.addresses == frozenset()
    assert key.encryption_subkeys == (("1", 2048),)


@pytest.mark.parametrize("name", ["bob", "carol", "gwen-revoked", "dora-expired", "erin-sign-only"])
def test_no_signature_of_its_own_that_is_bad_is_left(name: str) -> None:
    """What is learned is not computed again for each mail, so here is where it must not get through."""
    whole = certificate(name)
    for packet in [each for each in walk(whole) if each.tag == SIGNATURE]:
        changed = bytearray(whole)
        changed[packet.end - 3] ^= 1
        (found,) = read_certificates(bytes(changed), now=NOW)
        assert bytes(changed[packet.start : packet.end]) not in found.minimal
