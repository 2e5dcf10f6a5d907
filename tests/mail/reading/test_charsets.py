"""Bytes to text, whatever is declared."""

from __future__ import annotations

import pytest

from tickets.mail.reading import charsets, transfer


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
        ("smart “quotes”".encode("cp1252"), "iso-8859-1", "smart “quotes”"),
        ("龙".encode("gb18030"), "gb2312", "龙"),
        ("café".encode(), "us-ascii", "café"),
        ("café".encode(), "iso-8859-1", "café"),
        (b"a\0b", 'utf-8"', "ab"),
        (b"a\r\nb\rc", "", "a\nb\nc"),
        ("\ufeffword".encode(), "utf-8", "word"),
        (b"plain", "charset\0nul", "plain"),
        (b"plain", "x" * 200, "plain"),
        (b"plain", "base64", "plain"),
        (b"plain-abc", "punycode", "plain-abc"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"+2AA-x", "utf-7", "?x"),
        (b"caf\xe9", "utf-8", "caf\ufffd"),
        ("Принтер не работает".encode("koi8-r"), "utf-8", "Принтер не работает"),
        ("Принтер не работает, помогите".encode("cp1251"), "iso-8859-1", "Принтер не работает, помогите"),
        ("äöüß ÄÖÜ".encode("cp1252"), "iso-8859-1", "äöüß ÄÖÜ"),
        ("動きません".encode("iso2022_jp"), "", "動きません"),
        ("動きません".encode("iso2022_jp"), "utf-8", "動きません"),
        ("동작하지".encode("iso2022_kr"), "us-ascii", "동작하지"),
        (b"\x1b$ no Japanese \xff", "utf-8", "\x1b$ no Japanese \ufffd"),
        ("Hallo".encode("utf-16-be"), "utf-16", "Hallo"),
        ("Hallo".encode("utf-16-le"), "utf-16", "Hallo"),
        ("Hallo".encode("utf-16"), "utf-16", "Hallo"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "utf-8", "😀"),
        (b"\xed\xa0\xbd", "utf-8", "\ufffd\ufffd\ufffd"),
        ("Größe".encode("cp1252"), "x-nonsense", "Größe"),
        ("Größe".encode("cp1252"), "", "Größe"),
    ],
)
def test_text_is_read_as_it_was_meant(data: bytes, declared: str, text: str) -> None:
    assert charsets.decode(data, declared) == text


def test_an_undeclared_charset_is_guessed() -> None:
    words = "Здравствуйте, после обновления компьютер больше не загружается с флешки."
    assert charsets.decode(words.encode("cp1251")) == words
    assert charsets.decode(b"\x81\x8d\x90" * 3)


@pytest.mark.parametrize(
    "declared", ["utf-8", "utf-16", "utf-7", "gb2312", "iso-2022-jp", "hz", "koi8-r", "", "zlib"]
)
def test_no_bytes_raise(declared: str) -> None:
    for size in range(0, 300, 7):
        charsets.decode(bytes(range(256))[size % 256 :] * 2, declared).encode()


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        ("base64", b"aGVs\r\nbG8=", b"hello"),
        (" BASE64 ", b"aGVsbG8", b"hello"),
        ("base64", b"aGVsb", b"hel"),
        ("base64", b"a", b""),
        ("base64", b"b25lIQ==\ndHdv\n", b"one!two"),
        (
            "base64",
            b"b25l\ndHdv=\n____________________\nfooter of a list\n",
            b"onetwo\n____________________\nfooter",
        ),
        ("base64", b"This is plain text, not base64!", b"This is plain text, not base64!"),
        ("quoted-printable", b"a=3Db=\nc", b"a=bc"),
        ("8bit", b"as it is", b"as it is"),
        ("nonsense", b"as it is", b"as it is"),
        ("x-uuencode", b"begin 644 a\n%:&5L;&\\\n`\nend\n", b"hello"),
        ("x-uuencode", b"\nbegin 644 a\n%:&5L;&\\ rubbish after it\nnot uu at all !!! \x80\nend\n", b"hello"),
        ("x-uuencode", b"begin 644 a\n%:&5L;&\\", b"hello"),
        ("x-uuencode", b"no beginning", b"no beginning"),
    ],
)
def test_transfer_encodings_give_what_can_be_saved(encoding: str, body: bytes, content: bytes) -> None:
    assert transfer.transferred(body, encoding)[: len(content)] == content
