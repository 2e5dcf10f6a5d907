"""What is kept of a certificate: one name, its owner's signatures, and the day until which it can be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crypto.correspondents.certificates import State, read_certificates, read_for
from crypto.listing import parse_listing
from crypto.structure.packets import USER_ID, walk
from tests.crypto.correspondents.test_certificates import flooded
from tests.keyrings import BOB, ELLA, certificate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, 12, tzinfo=UTC)


def names(key: bytes) -> list[bytes]:
    return [packet.body for packet in walk(key) if packet.tag == USER_ID]


@pytest.mark.parametrize("address", ["ella@user.example", "Ella@User.Example"])
def test_only_the_name_of_the_address_is_kept(address: str) -> None:
    (found,) = read_for(certificate("ella"), address, now=NOW)
    assert (found.fingerprint, found.state) == (ELLA, State.USABLE)
    assert names(found.minimal) == [b"Ella Finch <ella@user.example>"]


def test_of_a_key_for_somebody_else_one_name_is_kept() -> None:
    (found,) = read_for(certificate("ella"), "bob@user.example", now=NOW)
    assert (found.state, sorted(found.addresses)) == (State.USABLE, ["ella@user.example"])
    assert len(names(found.minimal)) == 1


@pytest.mark.parametrize("address", ["ëlla@user.example", "a b@user.example"])
def test_an_address_that_no_filter_can_name_costs_the_key_nothing(address: str) -> None:
    (found,) = read_for(certificate("bob"), address, now=NOW)
    assert (found.fingerprint, found.state) == (BOB, State.USABLE)


def test_each_key_of_a_block_is_cut_for_itself() -> None:
    found = read_for(certificate("bob") + certificate("ella"), "bob@user.example", now=NOW)
    assert [(each.fingerprint, sorted(each.addresses)) for each in found] == [
        (BOB, ["bob@user.example"]),
        (ELLA, ["ella@user.example"]),
    ]


def test_a_revoked_key_is_cut_too() -> None:
    (found,) = read_for(certificate("ella-revoked"), "ella@user.example", now=NOW + timedelta(90))
    assert (found.state, sorted(found.addresses)) == (State.REVOKED, ["ella@user.example"])


def test_names_that_strangers_add_are_cut_off() -> None:
    """A key with names until it is too large to be kept: what belongs to the address is small again."""
    key = certificate("bob")
    junk = b"".join(b"\xcd\x3c" + str(number).encode().rjust(60, b"x") for number in range(4_000))
    (found,) = read_for(flooded(key, 500) + junk, "bob@user.example", now=NOW)
    assert (found.state, found.minimal) == (State.USABLE, key)


def old_key_with_the_id_of(fingerprint: str) -> bytes:
    """A key of version 3: its id is the end of its modulus, so anybody can make one with any 64-bit id."""
    modulus = b"\xc1" * 248 + bytes.fromhex(fingerprint[-16:])
    body = b"\x03" + bytes(6) + b"\x01" + b"\x08\x00" + modulus + b"\x00\x11\x01\x00\x01"
    return b"\xc6\xff" + len(body).to_bytes(4, "big") + body + b"\xcd\x12<bob@user.example>"


def test_a_key_with_the_same_short_id_is_not_the_key() -> None:
    forged = old_key_with_the_id_of(BOB)
    assert read_certificates(forged, now=NOW) == ()
    for block in (forged + certificate("bob"), certificate("bob") + forged):
        (found,) = read_certificates(block, now=NOW)
        assert (found.fingerprint, found.minimal) == (BOB, certificate("bob"))


def test_a_key_can_be_used_until_its_end() -> None:
    for now, state in ((END, State.USABLE), (END + timedelta(seconds=1), State.EXPIRED)):
        (found,) = read_certificates(certificate("ella"), now=now)
        assert (found.state, found.expires) == (state, END)


@pytest.mark.parametrize(
    ("subkeys", "end"),
    [
        ([], None),
        ([("-", "")], None),
        ([("-", "9")], 9),
        ([("e", "5")], 5),
        ([("e", "5"), ("-", "9")], 9),
        ([("e", "5"), ("-", "")], None),
        ([("r", "9")], None),
        ([("r", "9"), ("e", "5")], 5),
    ],
)
def test_a_key_ends_with_the_last_subkey_that_encrypts(
    subkeys: list[tuple[str, str]], end: int | None
) -> None:
    lines = ["pub:-:255:22:1:1:::-:::scESC::::::::0:"]
    lines += [f"sub:{validity}:255:18:2:1:{expires}:::::e:" for validity, expires in subkeys]
    (key,) = parse_listing("\n".join(lines).encode())
    assert key.encryption_ends == (datetime.fromtimestamp(end, UTC) if end else None)


def test_an_old_key_to_which_one_encrypts_itself_lives_on_without_its_subkey() -> None:
    lines = ["pub:-:4096:1:1:1:::-:::escESC::::::::0:", "sub:e:4096:1:2:1:5:::::e:"]
    (key,) = parse_listing("\n".join(lines).encode())
    assert key.encryption_ends is None


def test_a_key_whose_encryption_subkey_has_expired_is_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = parse_listing
    monkeypatch.setattr(
        "crypto.correspondents.certificates.parse_listing", lambda raw: listing(_with_dead_subkey(raw))
    )
    (found,) = read_certificates(certificate("bob"), now=NOW)
    assert (found.state, found.expires) == (State.EXPIRED, datetime(2025, 6, 1, tzinfo=UTC))


def _with_dead_subkey(raw: bytes) -> bytes:
    lines = raw.replace(b":scESC:", b":scSC:").split(b"\n")
    expired = str(int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())).encode()
    return b"\n".join(_expired(line, expired) if line.startswith(b"sub:") else line for line in lines)


def _expired(line: bytes, at: bytes) -> bytes:
    fields = line.split(b":")
    fields[1], fields[6] = b"e", at
    return b":".join(fields)
