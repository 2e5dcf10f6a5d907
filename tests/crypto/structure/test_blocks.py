"""Armored blocks in what people paste: all that are whole, and none that is not."""

from __future__ import annotations

import base64
import tracemalloc

import pytest

from crypto.errors import RefusedError
from crypto.structure import blocks
from crypto.structure.blocks import armored_blocks, readable_blocks

DATA = bytes(range(200))
KIND = b"PUBLIC KEY BLOCK"


def armor(data: bytes = DATA, *, head: bytes = b"Version: x\n\n", end: bytes = b"=abcd\n") -> bytes:
    body = base64.encodebytes(data)
    return b"-----BEGIN PGP " + KIND + b"-----\n" + head + body + end + b"-----END PGP " + KIND + b"-----\n"


@pytest.mark.parametrize(
    "text",
    [
        armor(),
        armor(head=b"\n"),
        armor(head=b""),
        armor(head=b"\xc2\xa0\n"),
        armor(head=b"Comment:\n\xa0\r\nHash: y\n\n"),
        armor(end=b""),
        armor(end=b"=abcd \n\n"),
        armor().replace(b"\n", b"\r\n"),
        armor().replace(b"\n", b" \n\t"),
        b"Hello " + b"PGP \n" * 20 + armor() + b"Bye",
    ],
)
def test_a_block_is_read(text: bytes) -> None:
    assert armored_blocks(text) == list(readable_blocks(text)) == [(KIND, DATA)]


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        (armor().replace(b"-----END", b"-----BND"), 0),
        (armor() + armor().replace(b"-----END", b"-----BND"), 1),
        (armor().replace(b"\n\n", b"\n\n!\n"), 0),
        (armor().replace(b"\n\n", b"\n\n!\n") + armor(), 1),
        (armor(end=b"AAAA\n"), 0),
        (armor().replace(b"END PGP PUBLIC", b"END PGP PRIVATE"), 0),
    ],
    ids=[
        "no end",
        "no end behind a good one",
        "damaged",
        "damaged before a good one",
        "padding inside",
        "another end",
    ],
)
def test_a_block_that_is_damaged_is_refused_or_passed_over(text: bytes, readable: int) -> None:
    with pytest.raises(RefusedError):
        armored_blocks(text)
    assert len(list(readable_blocks(text))) == readable


def test_the_last_of_two_beginnings_counts() -> None:
    begin = b"-----BEGIN PGP MESSAGE-----\n\nAAAA\n"
    assert armored_blocks(begin + armor()) == [(KIND, DATA)]


@pytest.mark.parametrize(
    "text", [b"", b"PGP", b"x-----BEGIN PGP MESSAGE-----\n", b"-----END PGP MESSAGE-----"]
)
def test_a_text_without_a_mark_has_no_blocks(text: bytes) -> None:
    assert armored_blocks(text) == []


def test_of_very_many_marks_only_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_MARKS", 4)
    assert len(list(readable_blocks(armor() * 5))) == 2


@pytest.mark.parametrize("piece", [b"A\n", b" PGP \n", b"A: b\n", b"\n", b"-----BEGIN PGP "])
def test_a_long_text_takes_no_more_than_a_few_copies(piece: bytes) -> None:
    text = armor(head=piece * (2_000_000 // len(piece)))
    tracemalloc.start()
    list(readable_blocks(text))
    assert tracemalloc.get_traced_memory()[1] < 4 * len(text)
    tracemalloc.stop()
