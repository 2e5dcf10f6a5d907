"""Damaged armor: where nothing has to be guessed it is mended, and what is not the whole of a text is never called so."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from crypto.structure import armor
from crypto.structure.armor import is_empty, message_blocks, only_block, unarmor

DATA = b"\x84\x0d\x03" + b"\1" * 8 + b"\x01\0\1\1\xd2\xc0\x41" + bytes(range(256)) + b"x"
LINES = base64.encodebytes(DATA).decode().replace("\n", "").replace("=", "")
BODY = "\n".join(LINES[at : at + 64] for at in range(0, len(LINES), 64)) + "="
BEGIN, END = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
ARMOR = f"{BEGIN}\nVersion: GnuPG v2.0.22 (GNU/Linux)\nComment: Using GnuPG\n\n{BODY}\n=Vp7p\n{END}\n"
Damage = Callable[[str], str]

DAMAGE: dict[str, Damage] = {
    "none": lambda armor: armor,
    "CRLF": lambda armor: armor.replace("\n", "\r\n"),
    "CR": lambda armor: armor.replace("\n", "\r"),
    "no empty line": lambda armor: armor.replace("\n\n", "\n"),
    "a no-break space in the empty line": lambda armor: armor.replace("\n\n", "\n\u00a0\n"),
    "a zero-width space in the empty line": lambda armor: armor.replace("\n\n", "\n\u200b\n"),
    "no-break spaces in the marks": lambda armor: armor.replace("PGP MESSAGE", "PGP\u00a0MESSAGE"),
    "a byte order mark before it": lambda armor: "\ufeff" + armor,
    "blanks around lines": lambda armor: armor.replace("\n", "  \n\t"),
    "empty lines between lines": lambda armor: armor.replace("\n", "\n\n"),
    "no line breaks": lambda armor: armor.replace("\n", " "),
    "other line breaks": lambda armor: armor.replace(BODY, LINES[:40] + "\n" + LINES[40:] + "="),
    "a mark broken in two": lambda armor: armor.replace("PGP MESSAGE", "PGP\nMESSAGE"),
    "a header broken in two": lambda armor: armor.replace("Using GnuPG", "Using GnuPG with Mozilla -\nhttp://e.example/"),
    "quoted": lambda armor: "> " + armor.rstrip().replace("\n", "\n> "),
    "quoted twice": lambda armor: ">> " + armor.rstrip().replace("\n", "\n>> "),
    "dashes escaped": lambda armor: armor.replace("-----B", "- -----B").replace("-----E", "- -----E"),
    "no check sum": lambda armor: armor.replace("=Vp7p\n", ""),
    "another check sum": lambda armor: armor.replace("=Vp7p", "=AAAA"),
    "an odd check sum": lambda armor: armor.replace("=Vp7p", "=Vp7p=="),
    "no padding": lambda armor: armor.replace("=\n", "\n"),
    "quoted-printable not undone": lambda armor: armor.replace("=", "=3D"),
    "HTML line breaks": lambda armor: armor.replace("\n", "<br>\n"),
    "HTML blocks": lambda armor: "<div>" + armor.rstrip().replace("\n", "</div>\n<div>") + "</div>",
    "HTML characters": lambda armor: armor.replace("\n\n", "\n&nbsp;\n").replace(BODY, BODY.replace("+", "&#43;")),
    "dots after the end": lambda armor: armor + "\n.\n--\n",
    "a dash too many": lambda armor: armor.rstrip() + "-\n",
    "NUL at the end": lambda armor: armor + "\0\0",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_whole_message_stays_whole_and_readable(damage: Damage) -> None:
    block = only_block(damage(ARMOR).encode())
    assert block is not None
    assert unarmor(block.body) == DATA


@pytest.mark.parametrize("coding", ["latin-1", "cp1252"])
def test_a_no_break_space_of_another_charset_is_one(coding: str) -> None:
    block = only_block(ARMOR.replace("\n\n", "\n\u00a0\n").encode(coding))
    assert block is not None
    assert unarmor(block.body) == DATA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        BEGIN,
        END,
        f"Hello\n{ARMOR}",
        f"{ARMOR}Bye",
        f"{ARMOR}\u2713",
        f"{ARMOR}<b>Bye</b>",
        f"{ARMOR}<p class=x>",
        f"{ARMOR}{ARMOR}",
        f"{ARMOR}{END}",
        ARMOR.replace(END, ""),
        ARMOR.replace("MESSAGE", "SIGNATURE"),
        ARMOR.replace(END, "-----END PGP SIGNATURE-----"),
        f"{ARMOR}-----BEGIN PGP SIGNATURE-----",
        ARMOR.replace(BEGIN, "-----BEGIN PGP PUBLIC KEY BLOCK-----"),
    ],
)
def test_what_stands_beside_something_else_is_not_the_whole(text: str) -> None:
    assert only_block(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (f"Hello\n{ARMOR}Bye\n{ARMOR}", [True, True]),
        (f"Hello\n> {BEGIN}\n> {BODY}", [False]),
        (f"{ARMOR.replace(END, '')}\n{ARMOR}", [False, True]),
        (f"{BEGIN}\n-----BEGIN PGP SIGNATURE-----", [False]),
        (f"What does {BEGIN} mean?", []),
        (f"What does {BEGIN} mean, and what {END}?", [True]),
    ],
)
def test_every_message_in_a_text_is_found(text: str, ends: list[bool]) -> None:
    assert [block.has_end for block in message_blocks(text.encode())] == ends


def test_of_very_many_marks_only_the_first_are_looked_at() -> None:
    text = (b"-----BEGIN PGP \n" + ARMOR.encode()) * armor.MAX_MARKS
    assert len(list(message_blocks(text))) == armor.MAX_MARKS // 3


@pytest.mark.parametrize("around", [f"{ARMOR}{{}}", f"{{}}{ARMOR}"], ids=["behind", "before"])
def test_very_much_of_nothing_around_a_message_is_something(around: str) -> None:
    for size, is_whole in [(armor.MAX_AROUND // 2, True), (armor.MAX_AROUND * 2, False)]:
        assert (only_block(around.format("\n" * size).encode()) is not None) is is_whole
        assert is_empty(b" " * size) is is_whole


def test_a_message_with_more_markup_than_a_mail_program_makes_has_no_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(armor, "MAX_MARKUP", 20)
    for number, expected in [(20, DATA), (21, None)]:
        for markup in ("<br>", "&nbsp;"):
            assert unarmor((LINES[:20] + markup * number + LINES[20:]).encode()) == expected


def test_a_message_begins_where_the_headers_of_armor_can_end() -> None:
    for size, expected in [(60_000, DATA), (70_000, None)]:
        assert unarmor(b"A: b\n" * (size // 5) + BODY.encode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Hello",
        BODY.replace("A", "!", 1),
        BODY.replace("\n", "\nand\u00fc", 1),
        "=" + BODY[1:],
        base64.b64encode(b"\xcb\x20b" + b"\0" * 40).decode(),
        LINES[: 64 + 1],
        "ab&#x20ac;" + BODY[4:],
    ],
    ids=["empty", "words", "an odd letter", "words inside", "no beginning", "a literal", "cut", "a euro"],
)
def test_what_is_no_message_has_no_bytes(body: str) -> None:
    assert unarmor(body.encode()) is None


@pytest.mark.parametrize(
    ("text", "empty"),
    [("", True), (" \r\n\t\u00a0\u200b<br>&nbsp;", True), (".", False), ("<b></b>", False), ("x", False)],
)
def test_an_empty_text_shows_nothing(text: str, *, empty: bool) -> None:
    assert is_empty(text.encode()) is empty


@pytest.mark.parametrize(
    "hostile",
    [
        b"-----BEGIN PGP " * 60_000,
        BEGIN.encode() * 30_000,
        (BEGIN + "\n").encode() * 30_000,
        b"-----BEGIN" + b" " * 900_000,
        b"<" * 900_000,
        b"<a" * 450_000,
        b"\xc2" * 900_000,
        b"\n> " * 300_000,
        (BEGIN + "\n" + "hA" * 400_000 + "\n" + END).encode(),
        (BEGIN + "\n" + "<x" * 400_000 + "&" * 400_000 + "\n" + END).encode(),
    ],
)
def test_hostile_text_takes_linear_time(hostile: bytes) -> None:
    begun = time.monotonic()
    only_block(hostile)
    for block in list(message_blocks(hostile))[:1]:
        unarmor(block.body)
    assert time.monotonic() - begun < 3
