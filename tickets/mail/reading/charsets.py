"""Bytes to text, whatever the sender claims: the declared charset, else UTF-8, else a bounded guess. Never raises."""

from __future__ import annotations

import codecs

import chardet

GUESS_BYTES = 20_000
LIE_BYTES = 4
"""Fewer that do not fit what is declared may be damage; so many are another charset."""

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
_WESTERN = {"cp1252", "iso-8859-15", "iso8859-15", "iso-8859-1", "cp850", "mac-roman"}
# Python's other text codecs are quadratic (punycode, idna) or read escapes that no mail has.
_REFUSED = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}


def decode(data: bytes, declared: str = "") -> str:
    """Readable text of the bytes; what cannot be read is shown as U+FFFD."""
    charset = _with_byte_order(data, _codec(declared))
    for name in (*_betrayed_by(data, charset), charset, "utf-8"):
        if name and (text := _strictly(data, name)) is not None:
            return clean(_meant(text, data, name))
    text = data.decode(charset or _guess(data), "replace")
    damaged = text.count("\ufffd")
    if (
        charset == "utf-8"
        and damaged >= LIE_BYTES
        and damaged > sum(not character.isascii() for character in text) - damaged
    ):
        text = data.decode(_guess(data), "replace")
    return clean(text)


def _betrayed_by(data: bytes, charset: str) -> list[str]:
    """Encodings that bytes show themselves, whatever is declared: nobody writes valid UTF-8 or these escapes by chance."""
    escaped = ["iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_ext"] if b"\x1b$" in data else []
    if charset and not _is_one_byte(charset):
        return escaped if charset == "utf-8" else []
    return [*escaped, "utf-8"]


def _meant(text: str, data: bytes, name: str) -> str:
    """Western letters of which most have accents are no language: the sender's program called another alphabet so."""
    if name not in _WESTERN:
        return text
    letters = [character for character in text[:GUESS_BYTES] if character.isalpha()]
    accented = sum(not character.isascii() for character in letters)
    guess = _guess(data) if accented >= 10 and accented * 2 > len(letters) else name
    return text if guess in _WESTERN else data.decode(guess, "replace")


def _with_byte_order(data: bytes, charset: str) -> str:
    """UTF-16 without a mark: the order in which the zeros of ASCII letters stand."""
    if charset.replace("_", "-") not in ("utf-16", "utf16") or data[:2] in (
        codecs.BOM_UTF16_LE,
        codecs.BOM_UTF16_BE,
    ):
        return charset
    sample = data[:GUESS_BYTES]
    return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"


def _is_one_byte(charset: str) -> bool:
    return codecs.lookup(charset).name.startswith(
        ("iso8859", "cp125", "cp874", "koi8", "mac", "ascii", "cp437", "cp85", "cp866")
    )


def clean(text: str) -> str:
    """Text as it is kept: one kind of line end, no NUL (a database refuses it), no halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")
    return text.encode("utf-8", "replace").decode()


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
        return _from_halves(data) if name == "utf-8" and b"\xed" in data else None


def _from_halves(data: bytes) -> str | None:
    """UTF-8 in which a program wrote the two halves of a character one by one."""
    try:
        return data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeError:
        return None


def _guess(data: bytes) -> str:
    """The most probable charset. Few accents among many plain letters say too little for anything but the West."""
    sample = data[:GUESS_BYTES]
    accents = sum(sample.count(byte) for byte in range(128, 256))
    found = _codec(chardet.detect(sample)["encoding"] or "")
    is_rare = accents < 4 or found.startswith("mac")
    return "cp1252" if not found or (is_rare and accents * 2 < len(sample)) else found
