"""Carries a value of plain dataclasses from the child that read it: JSON for the shape, bytes beside it, no code.

The child may have been taken over by what it read, so everything is checked against the types on the way in.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_SIZE = struct.Struct("!Q")


class PackingError(Exception):
    """What came is not what was asked for."""


def pack(value: object) -> bytes:
    """The value as bytes. Only dataclasses, tuples, text, bytes, numbers, enums, dates and None go."""
    blobs: list[bytes] = []
    shape = json.dumps(_flat(value, blobs)).encode()
    return b"".join(piece for blob in (shape, *blobs) for piece in (_SIZE.pack(len(blob)), blob))


def unpack(kind: type[T], data: bytes) -> T:
    """A value of that kind, or PackingError."""
    blobs = _pieces(data)
    try:
        value = _built(kind, json.loads(blobs[0]), blobs[1:])
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise PackingError(type(error).__name__) from None
    if not isinstance(value, kind):
        raise PackingError("kind")
    return value


def _pieces(data: bytes) -> list[bytes]:
    pieces = []
    place = 0
    while place + _SIZE.size <= len(data):
        (size,) = _SIZE.unpack_from(data, place)
        place += _SIZE.size
        pieces.append(data[place : place + size])
        place += size
    if place != len(data) or not pieces:
        raise PackingError("size")
    return pieces


def _flat(value: object, blobs: list[bytes]) -> object:
    if isinstance(value, bytes):
        blobs.append(value)
        return len(blobs) - 1
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_flat(item, blobs) for item in value]
    if dataclasses.is_dataclass(value):
        return [_flat(getattr(value, field.name), blobs) for field in dataclasses.fields(value)]
    return value


def _built(kind: object, flat: object, blobs: list[bytes]) -> object:
    if get_origin(kind) in (Union, UnionType):
        if flat is None:
            return None
        kind = next(choice for choice in get_args(kind) if choice is not type(None))
    if get_origin(kind) is tuple:
        return tuple(_built(get_args(kind)[0], item, blobs) for item in _checked(list, flat))
    if not isinstance(kind, type):
        raise PackingError("kind")
    if dataclasses.is_dataclass(kind):
        fields = _fields(kind)
        values = zip(fields, _checked(list, flat), strict=True)
        return kind(**{name: _built(hint, item, blobs) for (name, hint), item in values})
    return _leaf(kind, flat, blobs)


def _leaf(kind: type, flat: object, blobs: list[bytes]) -> object:
    if kind is bytes:
        return blobs[_checked(int, flat)]
    if kind is datetime:
        return datetime.fromisoformat(_checked(str, flat))
    if issubclass(kind, Enum):
        return kind(flat)
    return _checked(kind, flat)


def _checked(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise PackingError("type")
    return value


@cache
def _fields(kind: type) -> tuple[tuple[str, object], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))
