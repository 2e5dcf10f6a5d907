"""What is refused before gpg sees it, and what gpg is told of a message."""

from __future__ import annotations

import base64
import tracemalloc

import pytest

from crypto.errors import RefusedError
from crypto.structure import packets
from crypto.structure.blocks import armored_blocks
from crypto.structure.packets import (
    dearmor,
    has_locked_secret,
    inspect_message,
    is_binary,
    split_certificates,
    walk,
)
from tests.keyrings import BOB, KEYS, certificate

DATA = b"\1" + b"x" * 40


def packet(tag: int, body: bytes) -> bytes:
    return bytes((0xC0 | tag, 255)) + len(body).to_bytes(4, "big") + body


def session_key(key_id: str = "0123456789ABCDEF") -> bytes:
    return packet(1, b"\3" + bytes.fromhex(key_id) + b"\x01\x00\x01\x01")


MESSAGE = session_key() + packet(18, DATA)


def armor(data: bytes, *, head: str = "", empty: str = "\n", kind: str = "MESSAGE") -> bytes:
    body = base64.b64encode(data).decode()
    return f"-----BEGIN PGP {kind}-----\n{head}{empty}{body}\n=abcd\n-----END PGP {kind}-----\n".encode()


def test_a_message_shows_its_recipients_and_its_data() -> None:
    message = inspect_message(session_key() + session_key("0" * 16) + packet(18, DATA))
    assert message.recipients == ("0123456789ABCDEF", "0" * 16)
    assert message.data == DATA


def test_a_marker_may_stand_before_a_message() -> None:
    assert inspect_message(packet(10, b"PGP") + MESSAGE).data == DATA


def test_only_the_head_of_the_data_goes_where_our_key_is() -> None:
    message = inspect_message(session_key() + packet(20, b"x" * 9_000))
    assert message.head == session_key() + bytes((0xD4, 128)) + b"x" * 128


@pytest.mark.parametrize(
    "data",
    [
        b"",
        session_key(),
        packet(11, b"b\0\0\0\0\0text"),
        packet(9, DATA),
        session_key() + packet(9, DATA),
        packet(11, b"b\0\0\0\0\0text") + MESSAGE,
        MESSAGE + packet(11, b"b\0\0\0\0\0text"),
        MESSAGE + MESSAGE,
        MESSAGE[:-1],
        MESSAGE + b"\n",
        packet(2, b"\4") + packet(11, b"b\0\0\0\0\0text"),
        session_key() * 21 + packet(18, DATA),
        session_key("0" * 16) * 6 + packet(18, DATA),
        b"\xd2",
        b"\xd2\xff\0\0",
        b"\x84\xff",
    ],
    ids=[
        *("nothing", "no data", "only a literal", "no integrity", "no integrity with key", "literal before"),
        *(
            "literal after",
            "two messages",
            "cut",
            "newline after",
            "only signed",
            "21 recipients",
            "6 hidden",
        ),
        *("no length", "cut length", "cut old length"),
    ],
)
def test_what_is_not_one_protected_message_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        inspect_message(data)


def test_twenty_recipients_and_five_hidden_ones_are_accepted() -> None:
    keys = session_key() * 15 + session_key("0" * 16) * 5
    assert len(inspect_message(keys + packet(18, DATA)).recipients) == 20


def test_a_message_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "MAX_CIPHERTEXT", len(MESSAGE) - 1)
    with pytest.raises(RefusedError, match="too large"):
        inspect_message(MESSAGE)


def test_a_row_of_packets_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "MAX_PACKETS", 3)
    with pytest.raises(RefusedError, match="too many packets"):
        list(walk(packet(10, b"PGP") * 4))


@pytest.mark.parametrize(
    ("framed", "body"),
    [
        (b"\xd2\x03abc", b"abc"),
        (b"\xd2\xc0\x00" + b"a" * 192, b"a" * 192),
        (b"\xd2\xff\0\0\0\3abc", b"abc"),
        (b"\xd2\xe9" + b"a" * 512 + b"\xe1bc\xe0d\x01e", b"a" * 512 + b"bcde"),
        (b"\xa4\x03abc", b"abc"),
        (b"\xa5\0\x03abc", b"abc"),
        (b"\xa6\0\0\0\x03abc", b"abc"),
        (b"\xa7abc", b"abc"),
    ],
    ids=["one octet", "two", "five", "partial", "old one", "old two", "old four", "old to the end"],
)
def test_every_way_to_write_a_length_is_read(framed: bytes, body: bytes) -> None:
    assert [each.body for each in walk(framed)] == [body]


@pytest.mark.parametrize("framed", [b"\xd2\xe0\1\x01d", b"\xd2\xe8" + b"a" * 256 + b"\x01d"])
def test_a_body_does_not_begin_with_a_small_chunk(framed: bytes) -> None:
    """As the standard asks: nobody who writes in chunks knows so little."""
    with pytest.raises(RefusedError, match="first chunk"):
        list(walk(framed))


@pytest.mark.parametrize("chunks", [4, 5])
def test_a_body_has_not_more_chunks_than_a_program_would_write(
    chunks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packets, "MAX_CHUNKS", 5)
    framed = b"\xd2\xe9" + b"a" * 512 + b"\xe0b" * chunks + b"\x01c"
    if chunks < packets.MAX_CHUNKS:
        assert [len(each.body) for each in walk(framed)] == [512 + chunks + 1]
        return
    with pytest.raises(RefusedError, match="too many chunks"):
        list(walk(framed))


def test_a_body_in_chunks_is_put_together_in_little_memory() -> None:
    framed = b"\xd2\xe9" + b"a" * 512 + b"\xe0b" * 9_000 + b"\x01c"
    tracemalloc.start()
    (packet,) = walk(framed)
    assert tracemalloc.get_traced_memory()[1] < 4 * len(packet.body)
    tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        armor(MESSAGE),
        armor(MESSAGE, head="Version: GnuPG\nCharset: utf-8\n"),
        armor(MESSAGE, empty=""),
        armor(MESSAGE, empty="\u00a0\n"),
        armor(MESSAGE).replace(b"\n", b"\r\n"),
        armor(MESSAGE).replace(b"\n", b"\n  "),
        armor(MESSAGE).replace(b"=abcd\n", b""),
        armor(MESSAGE).replace(b"-----END", b"----"),
        b"Hello\n" + armor(MESSAGE) + b"Bye\n",
        armor(MESSAGE, head="\xa0").replace(b"\xc2\xa0", b"\xa0"),
    ],
    ids=[
        "plain",
        "headers",
        "no empty line",
        "nbsp",
        "CRLF",
        "blanks",
        "no sum",
        "no end",
        "text around",
        "latin-1 nbsp",
    ],
)
def test_armor_is_mended_where_nothing_has_to_be_guessed(text: bytes) -> None:
    assert dearmor(text) == MESSAGE


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no armor",
        armor(MESSAGE) + armor(MESSAGE),
        armor(MESSAGE, kind="SIGNATURE"),
        armor(MESSAGE).replace(b"\n=abcd", b"!\n=abcd"),
        b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n",
    ],
)
def test_other_armor_is_refused(text: bytes) -> None:
    with pytest.raises(RefusedError):
        dearmor(text)


def test_armor_without_a_body_is_empty() -> None:
    assert armored_blocks(b"-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----") == [(b"MESSAGE", b"")]


def test_binary_packets_are_told_from_armor() -> None:
    assert is_binary(MESSAGE)
    assert not is_binary(b"-----BEGIN")
    assert not is_binary(b"")


def test_certificates_are_split_and_named() -> None:
    both = certificate("bob") + certificate("desk")
    assert split_certificates(both) == (certificate("bob"), certificate("desk"))
    assert split_certificates(b"") == ()
    assert packets.fingerprint(next(walk(both)).body) == BOB
    assert packets.fingerprint(b"\5") is None


def test_a_secret_key_is_not_a_certificate() -> None:
    with pytest.raises(RefusedError, match="secret"):
        split_certificates(armored_blocks((KEYS / "bob.secret.asc").read_bytes())[0][1])


@pytest.mark.parametrize(
    ("name", "locked"),
    [("bob.secret", False), ("carol.secret", True), ("finn-weak.secret", False), ("bob.public", False)],
)
def test_a_key_says_whether_it_needs_a_passphrase(name: str, *, locked: bool) -> None:
    assert has_locked_secret(armored_blocks((KEYS / f"{name}.asc").read_bytes())[0][1]) is locked


def test_a_key_of_an_unknown_version_counts_as_locked() -> None:
    assert has_locked_secret(packet(5, b"\6" + b"x" * 20))
