"""Takes the transfer encoding off a part's body; damaged encodings give what can be saved of them. Never raises."""

from __future__ import annotations

import binascii
import quopri


def transferred(body: bytes, encoding: str) -> bytes:
    """The bytes under a Content-Transfer-Encoding; damaged encodings give what can be saved of them."""
    match encoding.strip().lower():
        case "base64":
            return _base64(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return uudecoded(body)
        case _:
            return body


def uudecoded(body: bytes) -> bytes:
    """The content between 'begin' and 'end'; the body itself when there is no 'begin'."""
    begin = 0 if body.startswith(b"begin ") else body.find(b"\nbegin ") + 1
    if begin == 0 and not body.startswith(b"begin "):
        return body
    content = []
    for line in body[begin:].splitlines()[1:]:
        if line.strip() == b"end":
            break
        content.append(_uu_line(line))
    return b"".join(content)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # trailing rubbish after the bytes that the length announces: a common encoder bug
        size = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""


def _base64(body: bytes) -> bytes:
    """The content; what stands below it in clear, as lists and servers add it, is kept in clear."""
    try:
        return binascii.a2b_base64(body.translate(None, delete=b" \t\r\n"), strict_mode=True)
    except binascii.Error:
        pass
    pieces: list[bytes] = []
    lines = body.splitlines(keepends=True)
    pending: list[bytes] = []
    for place, line in enumerate(lines):
        if _is_clear(line):
            return b"".join(
                [*pieces, _saved(pending), *([b"\n"] if pieces or pending else []), *lines[place:]]
            )
        pending.append(line)
        if line.rstrip().endswith(b"="):
            pieces.append(_saved(pending))
            pending = []
    return b"".join([*pieces, _saved(pending)])


def _is_clear(line: bytes) -> bool:
    """Words or a rule: no line of base64 has a space between letters, or much of what is not in its alphabet."""
    text = line.strip()
    foreign = len(text.translate(None, delete=_ALPHABET))
    return b" " in text or foreign * 3 > len(text)


def _saved(lines: list[bytes]) -> bytes:
    """What damaged lines still hold: whole groups of four, and the padding that is missing."""
    kept = b"".join(lines).translate(None, delete=_NOT_BASE64)
    kept += b"=" * (-len(kept) % 4) if len(kept) % 4 != 1 else b""
    return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET[:-1]))
