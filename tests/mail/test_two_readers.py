"""Two readers of one mail: who judges its protection and who shows it believe the same sender, or neither does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_signed
from crypto.structure.mime import read_entity, sender
from crypto.structure.protection import Form, find_protection
from crypto.verdict import Signature, SignatureState
from tests.keyrings import BOB, known, secret_home
from tests.mail.sealed import KNOWN_BOB, NOT_BOUND, VALID, letter, open_raw
from tickets.mail.letter import Letter, Opened
from tickets.mail.parse import parse_mail
from tickets.mail.reading import headers
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart

ENCODED = "=?utf-8?q?alice?=@user.example"


def believed(raw: bytes) -> str | None:
    return sender(read_entity(raw))


def shown(raw: bytes) -> list[str]:
    found = headers.sender_of(take_apart(raw, Problems()).headers, Problems())
    return [each.address for each in found]


@pytest.mark.parametrize(
    "value",
    [
        f"Alice <{ENCODED}>",
        ENCODED,
        "Alice <alice=?utf-8?q?=40user.example=3E?=@evil.example>",
        "Alice <alice@=?utf-8?q?user.example?=>",
        "=?utf-8?q?Alice_=3Calice=40user.example=3E?= <eve@evil.example>",
        "=?utf-8?q?Alice_<alice@user.example>?= <eve@evil.example>",
        "Alice <ali\x01ce@user.example>",
        "Alice <alice@user.example\0>",
        "Älice <älice@user.example>",
        "Alice <alice@USER.example>",
        "Alice <ALICE@user.example>",
        "Alice <alice(comment)@user.example>",
        "Alice <alice @ user.example>",
        'Alice <"alice"@user.example>',
        "Alice <@evil.example:alice@user.example>",
        "Alice <alice@user.example> <eve@evil.example>",
        "eve@evil.example <alice@user.example>",
        '"alice@user.example" <eve@evil.example>',
        '"alice@user.example <eve@evil.example>',
        "alice@user.example, eve@evil.example",
        "alice@user.example; eve@evil.example",
        "friends: alice@user.example;",
        "(alice@user.example) eve@evil.example",
        "alice@user.example (eve@evil.example)",
        "alice@user.example (, ) eve@evil.example",
        "alice@eve@user.example",
        "Alice <alice@user.example",
        "Alice alice@user.example",
        "alice@user.example\n eve@evil.example",
        "alice@user.example\rFrom: eve@evil.example",
        "alice@user.example\n \nFrom: eve@evil.example",
        "alice@user.example\nFrom : eve@evil.example",
        "alice@user.example\nrubbish\nFrom: eve@evil.example",
        "",
        "Alice <>\nReply-To: eve@evil.example",
    ],
)
def test_the_sender_that_is_believed_is_the_one_that_is_shown(value: str) -> None:
    raw = f"From: {value}\nSubject: x\n\nx".encode()
    # Who is shown beside one who is believed makes the whole of it not bound: see below.
    assert believed(raw) is None or believed(raw) == shown(raw)[0]
    assert believed(raw) is None or len(shown(raw)) == 1 or "\n \n" in value or "rubbish" in value


@pytest.mark.parametrize("value", [ENCODED, f"Alice <{ENCODED}>"])
def test_an_address_is_never_decoded(value: str) -> None:
    assert shown(f"From: {value}\n\nx".encode()) == [ENCODED]


@pytest.fixture(scope="module")
def bobs() -> Iterator[SecretKeyring]:
    with secret_home("bob") as home:
        yield SecretKeyring(home)


def read(raw: bytes, bobs: SecretKeyring, *addresses: str) -> Letter:
    return parse_mail(open_raw(bobs, raw, known("bob", BOB, *addresses)))


def test_a_key_known_for_an_encoded_address_signs_for_nobody(bobs: SecretKeyring) -> None:
    raw = build_signed(letter(), keyring=bobs, signer=BOB)
    raw = raw.replace(b"Bob <bob@user.example>", f"Alice <{ENCODED}>".encode())
    found = read(raw, bobs, ENCODED, "alice@user.example")
    assert [each.address for each in found.from_] == [ENCODED]
    assert found.signature != VALID


def test_a_second_sender_that_one_reader_sees_unbinds_the_signature(bobs: SecretKeyring) -> None:
    raw = build_signed(letter(), keyring=bobs, signer=BOB)
    assert read(raw, bobs, "bob@user.example").signature == VALID
    forged = raw.replace(b"\r\n\r\n", b"\r\n \r\nFrom: Eve <eve@evil.example>\r\n\r\n", 1)
    opened = open_raw(bobs, forged, KNOWN_BOB)
    assert opened.signature == VALID
    found = parse_mail(opened)
    assert [each.address for each in found.from_] == ["bob@user.example", "eve@evil.example"]
    assert found.signature == NOT_BOUND


@pytest.mark.parametrize("bound_to", [None, "eve@evil.example", "BOB@user.example"])
def test_a_signature_is_valid_for_the_one_who_is_shown(bound_to: str | None) -> None:
    raw = b"From: bob@user.example\n\nx"
    valid = Signature(SignatureState.VALID, BOB)
    assert parse_mail(Opened(raw, raw, signature=valid, bound_to="bob@user.example")).signature == VALID
    assert parse_mail(Opened(raw, raw, signature=valid, bound_to=bound_to)).signature == NOT_BOUND


def corpus(shared: Path) -> Iterator[tuple[str, bytes]]:
    for folder in ("mail", "pgp", "whisperback"):
        for path in sorted((shared / folder).rglob("*")):
            if path.is_file() and path.parent.name in {"mails", "emls", "synthetic"}:
                yield path.name, path.read_bytes()


@pytest.mark.shared
def test_real_mails_have_one_sender_to_both(shared: Path) -> None:
    mails = list(corpus(shared))
    assert len(mails) > 400
    differ = {name for name, raw in mails if believed(raw) and shown(raw) != [believed(raw)]}
    assert differ == set()
    assert sum(believed(raw) is not None for _, raw in mails) > 400


@pytest.mark.shared
def test_where_the_readers_see_different_mails_nothing_is_claimed(shared: Path) -> None:
    differ = {name: find_protection(raw).form for name, raw in corpus(shared) if not _agree(raw)}
    assert set(differ.values()) <= {Form.NONE}
    assert len(differ) < 10


def _agree(raw: bytes) -> bool:
    entity, part = read_entity(raw), take_apart(raw, Problems())
    return (entity.type, len(entity.all("from"))) == (part.type, _froms(part))


def _froms(part: Part) -> int:
    return len(part.headers.get_all("from", []))
