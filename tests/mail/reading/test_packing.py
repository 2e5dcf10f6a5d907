"""Values on their way out of the child: whole, or not at all."""

from __future__ import annotations

import dataclasses
import json
import struct
from datetime import UTC, datetime

import pytest

from crypto.verdict import Encryption, Signature, SignatureState
from tickets.mail.letter import Address, Attachment, Letter, MachineSigns
from tickets.mail.reading.packing import PackingError, pack, unpack

LETTER = Letter(
    Encryption.OK,
    Signature(SignatureState.UNKNOWN_KEY, "A" * 40),
    from_=(Address("Inês", "ines@example.net"),),
    date=datetime(2026, 11, 2, 9, 12, tzinfo=UTC),
    attachments=(Attachment("a", "text/plain", b"\0\xff"), Attachment("b", "text/plain", b"")),
    signs=MachineSigns(return_path="<>", loop=("desk.example",), auto_reply=True),
    autocrypt=b"key",
    problems=("cut: too many parts",),
)


def test_a_letter_comes_back_as_it_went() -> None:
    assert unpack(Letter, pack(LETTER)) == LETTER


def _framed(shape: object, *blobs: bytes) -> bytes:
    pieces = (json.dumps(shape).encode(), *blobs)
    return b"".join(struct.pack("!Q", len(piece)) + piece for piece in pieces)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        pack(LETTER)[:-1],
        pack(LETTER) + b"x",
        _framed(["x", "y"]) + b"x",
        _framed(["x"]),
        _framed({"name": "x", "address": "y"}),
        _framed(["x", 5]),
        _framed(["x", "y", "z"]),
        struct.pack("!Q", 1) + b"{",
    ],
)
def test_what_is_no_address_is_refused(data: bytes) -> None:
    with pytest.raises(PackingError):
        unpack(Address, data)


@pytest.mark.parametrize("shape", [["a", "b", 7], ["a", "b", True], ["a", "b", "text"]])
def test_bytes_are_taken_only_from_beside_the_shape(shape: object) -> None:
    with pytest.raises(PackingError):
        unpack(Attachment, _framed(shape, b"content"))


@dataclasses.dataclass(frozen=True, slots=True)
class _Odd:
    kind: "type[int] | int"  # noqa: UP037


def test_only_plain_kinds_travel() -> None:
    with pytest.raises(PackingError):
        unpack(_Odd, _framed([5]))


def test_a_value_is_of_the_kind_that_was_asked_for() -> None:
    with pytest.raises(PackingError):
        unpack(Encryption, _framed("unheard of"))
    assert unpack(str, _framed("word")) == "word"
    with pytest.raises(PackingError):
        unpack(bytes, _framed("word"))


def test_what_was_built_is_looked_at_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.mail.reading.packing._built", lambda *_arguments: 7)
    with pytest.raises(PackingError):
        unpack(str, _framed("word"))
