"""Files in the text of a mail itself: taken out when they are some, left alone when they only look so."""

from __future__ import annotations

import pytest

from tickets.mail.reading.inline_files import FILES, taken_out

CAT = b"begin 644 cat.txt\n#0V%T\n`\nend\n"
DOG = b"begin 0644 dog.txt\r\n#1&]G\r\n`\r\nend\r\n"
Y = b"=ybegin line=128 size=3 name=a b.bin\n"


@pytest.mark.parametrize(
    ("content", "text", "files"),
    [
        (b"Hi\n" + CAT + b"Bye\n", b"Hi\n[cat.txt]\nBye\n", [("cat.txt", b"Cat")]),
        (b"Hi\n" + CAT + DOG, b"Hi\n[cat.txt]\n[dog.txt]\n", [("cat.txt", b"Cat"), ("dog.txt", b"Dog")]),
        (b"Hi\nbegin 644 a\n#0V%T\nno end\n", b"Hi\n[a]\nno end\n", [("a", b"Cat")]),
        (b"Hi\nbegin 644 a\n#0V%T\nbegin 644 b\n#0V%T\nend\n", b"Hi\n[a]\n[b]\n", [("a", b"Cat"), ("b", b"Cat")]),
        (b"Hi\nbegin 644 a\n#0V%T", b"Hi\n[a]\n", [("a", b"Cat")]),
        (b"Hi\n" + Y + b"\x6b\x6c\x6d\r\n=yend size=3\nBye", b"Hi\n[a b.bin]\nBye", [("a b.bin", b"ABC")]),
        (b"Hi\n" + Y + b"=ypart begin=1 end=3\n\x6b=\xac\x6d\n=yend", b"Hi\n[a b.bin]\n", [("a b.bin", b"ABC")]),
        (CAT, None, []),
        (b"\n" + CAT, None, []),
        (b"Hi\nbegin 644 a\nend\n", None, []),
        (b"Hi\nbegin 644 a\n`\nnot that\n", None, []),
        (b"begin 2 think about it.\nThe end\n", None, []),
        (b"begin 644 things\nand do not stop\n", None, []),
        (b"Hi\n" + Y + b"no end\n", None, []),
        (b"", None, []),
    ],
)  # fmt: skip
def test_files_are_taken_out_of_text(
    content: bytes, text: bytes | None, files: list[tuple[str, bytes]]
) -> None:
    assert taken_out(content) == (content if text is None else text, files)


def test_there_is_an_end_to_the_number_of_files() -> None:
    assert len(taken_out(b"Hi\n" + CAT * (FILES * 3))[1]) == FILES
