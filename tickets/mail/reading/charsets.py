"""Bytes to text, whatever the sender claims: the declared charset, else UTF-8, else a bounded guess. Never raises."""

from __future__ import annotations

import binascii
import codecs
import quopri

import chardet

GUESS_BYTES = 20_000

# What senders write for what they mean. Supersets are preferred: a mail that says latin-1 usually means Windows' own.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-gb2312": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "windows-874": "cp874",
    "x-mac-roman": "mac-roman",
    "unicode": "utf-16",
    "utf8mb4": "utf-8",
}
# Python's other text codecs are quadratic (punycode, idna) or read escapes that no mail has.
_REFUSED = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}


def decode(data: bytes, declared: str = "") -> str:
    """Readable text of the bytes; what cannot be read is shown as U+FFFD."""
    charset = _codec(declared)
    for name in (charset, "utf-8"):
        if name and (text := _strictly(data, name)) is not None:
            return clean(text)
    name = charset or _guess(data)
    return clean(data.decode(name, "replace"))


def clean(text: str) -> str:
    """Text as it is kept: one kind of line end, no NUL (a database refuses it), no halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")
    return text.encode("utf-8", "replace").decode()


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
    for padding in (b"", b"==="):
        try:
            return binascii.a2b_base64(body + padding)
        except binascii.Error:
            continue
    kept = body.translate(None, delete=bytes(set(range(256)) - set(_BASE64)))
    return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _codec(declared: str) -> str:
    """The codec for a declared charset, or '' when there is none that is safe."""
    name = declared.strip().strip("\"'").lower()
    if len(name) > 40 or not name.isascii() or not name.isprintable():
        return ""
    name = _MEANT.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # The flag is what `bytes.decode` itself goes by: it tells text encodings from zip, hex and their kind.
    is_text = bool(getattr(found, "_is_text_encoding", False))
    return name if is_text and found.name.replace("_", "-") not in _REFUSED else ""


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _guess(data: bytes) -> str:
    found = chardet.detect(data[:GUESS_BYTES])["encoding"]
    return _codec(found or "") or "cp1252"
