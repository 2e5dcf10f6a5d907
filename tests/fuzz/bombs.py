"""Mails that are made to cost much: each shape fills a mail of the given size, and says nothing."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable

HEAD = b"From: a@b.example\nSubject: x\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
BEGIN, END = b"-----BEGIN PGP MESSAGE-----\n", b"-----END PGP MESSAGE-----\n"
FIRST = b"wcFMA8hKq2jBWQ6XAQ//dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3R0\n"
VERSION = b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n"
SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----\n"
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"
HEADERS = (255 << 10) // 3
Shape = Callable[[int], bytes]


def filled(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


def beside(part: bytes) -> Shape:
    """The same part again and again."""
    return lambda size: MIXED + filled(b"--b\n" + part, size) + b"--b--\n"


def text(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    """One text, with something before it and behind it."""
    return lambda size: HEAD + b"\n" + head + filled(piece, size) + tail


def armored(piece: bytes) -> Shape:
    """An encrypted message beside a word."""
    return text(piece, b"x\n" + BEGIN + b"\n" + FIRST, b"\n" + END)


def around(piece: bytes, *, levels: int = 30, boundary: bytes = b"b%d") -> Shape:
    """Multiparts in each other, all of them around the same big text."""

    def shape(size: int) -> bytes:
        marks = [boundary % level if b"%" in boundary else boundary * (level + 1) for level in range(levels)]
        heads = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n" for mark in marks
        )
        return HEAD + b"".join(heads) + b"\n" + filled(piece, size)

    return shape


def packets(body: bytes, framing: bytes) -> Shape:
    """PGP/MIME of binary data."""
    encrypted = HEAD + b"Content-Type: multipart/encrypted; boundary=b\n\n" + VERSION + b"\n"
    return lambda size: encrypted + framing + filled(body, size) + b"\x01\x01\n--b--\n"


def forwarded(inside: bytes) -> Shape:
    """Mails in mails in mails, nineteen deep, again and again."""
    return beside(b"Content-Type: message/rfc822\n\n" * 19 + inside)


def trees(size: int) -> bytes:
    """Each of a thousand multiparts has a thousand parts."""
    inner = b"--b\nContent-Type: multipart/mixed; boundary=c\n\n" + b"--c\n\n" * 1_000
    return MIXED + filled(inner, size)


def in_base64(size: int) -> bytes:
    return (
        HEAD
        + b"Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(text(b"a\n", b"x\n" + BEGIN)(size * 3 // 4))
    )


def different_messages(size: int) -> bytes:
    """A thousand parts, each of them another encrypted message."""
    blocks = (
        BEGIN + b"\n" + base64.encodebytes(b"\x84\x0d\x03" + b"%040d" % number) + END
        for number in itertools.count()
    )
    return MIXED + b"".join(b"--b\n\nx\n" + block for block in itertools.islice(blocks, size // 120))


SHAPES: dict[str, Shape] = {
    "folded headers": beside(b"X: a\n" + b" x\n" * HEADERS + b"\nhi\n"),
    "one folded header": lambda size: HEAD + b"X: a\n" + filled(b" x\n", size) + b"\n\nhi\n",
    "folds of white space": beside(b"X: a\n" + b" x\n" + b" " * (250 << 10) + b"\n\nhi\n"),
    "headers": lambda size: filled(b"A:\n", size),
    "parts of a thousand headers": beside(b"A:\n" * 1_000 + b"\nhi\n"),
    "content types": beside(b"Content-Type: x/y\n" * 990 + b"\nhi\n"),
    "headers of blanks": beside(b"A" + b" " * (250 << 10) + b"\n\nhi\n"),
    "headers that end with CR": beside(b"A: b\r" * 900 + b"\r\rhi\n"),
    "quoted semicolons": beside(b'Content-Type: text/plain; x="' + b";" * 3_900 + b'"\n\nx\n'),
    "parameters in pieces": beside(b"Content-Type: text/plain" + b";a*0*=b" * 480 + b"\n\nx\n"),
    "names in words": beside(b'Content-Disposition: x; filename="' + b"=?a?q?" * 600 + b'"\n\n\xff\xff\n'),
    "names of quotes": beside(b'Content-Disposition: x; filename="' + b'\\"' * 1_900 + b'"\n\n\xff\xff\n'),
    "multiparts around short lines": around(b"\n"),
    "multiparts around dashes": around(b"-"),
    "multiparts around delimiters that are none": around(b"--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n", boundary=b"b"),
    "multiparts around their delimiters": around(b"--b0\n--b1\n--b2\n--b3\n--b4\n"),
    "multiparts around armor": around(BEGIN + b"\n" + FIRST + END),
    "multiparts in multiparts": beside(b"Content-Type: multipart/mixed; boundary=b\n\n"),
    "boundaries in boundaries": beside(b"Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\n"),
    "trees": trees,
    "forwarded mails": forwarded(b"Content-Type: text/plain\n\n" + b"\n" * (256 << 10)),
    "forwarded mails without a word": forwarded(b"\n"),
    "empty parts": beside(b""),
    "small parts": beside(b"\nx\n"),
    "messages that have no end": text(b"\n" + BEGIN + b"\nhQIMAaaaaaaaaaaaaaaaaaaa"),
    "messages": text(BEGIN + b"\n" + FIRST + END, b"x\n"),
    "different messages": different_messages,
    "parts that are messages": beside(b"\nx\n" + BEGIN + b"\n" + FIRST + END),
    "marks that are none": text(b"-----BEGIN PGP ", BEGIN),
    "ends": text(END, BEGIN),
    "dashes": text(b"-", BEGIN),
    "short lines": text(b"a\n"),
    "empty lines": text(b"\n"),
    "no line": text(b"a"),
    "NULs": text(b"\0", BEGIN),
    "NULs around a message": text(b"\0", BEGIN + b"\n" + FIRST + END),
    "HTML around a message": text(b"x&nbsp;", BEGIN + b"\n" + FIRST + END),
    "armor of two letters": armored(b"AA\n"),
    "armor of one letter": armored(b"A "),
    "armor that is quoted": armored(b"> > > > > > > > AA\n"),
    "armor of quote marks": armored(b">"),
    "armor in tags": armored(b"A<b>"),
    "armor in tags that have no end": armored(b"<"),
    "armor in few tags": armored(b"A" * 40 + b"<br>\n"),
    "armor of references": armored(b"&#43;"),
    "armor of ampersands": armored(b"&"),
    "armor of odd blanks": armored(b"A\xe2\x80\x8b"),
    "armor of NULs": armored(b"A\0"),
    "armor in quoted-printable": armored(b"=20A"),
    "armor of words": armored(b"aaaaaaaaaaaaaaaa "),
    "armor of headers": armored(b"A: b\n"),
    "armor that is whole": lambda size: HEAD + b"\n" + BEGIN + b"\n" + FIRST + filled(b"AA\n", size) + END,
    "chunks of one octet": packets(b"\xe0\x01", b"\xd2"),
    "chunks of one octet behind a big one": packets(b"\xe0\x01", b"\xd2\xe9" + b"\x01" * 512),
    "packets of nothing": packets(b"\xca\0", b""),
    "clear-signed lines": text(b"a\n", SIGNED + b"\n", SIGNATURE),
    "clear-signed marks": text(b"-----BEGIN PGP \n", SIGNED + b"\n", SIGNATURE),
    "signed lines": lambda size: HEAD + b"Content-Type: multipart/signed; boundary=b\n\n--b\n\n" + filled(b"\n", size)
    + b"\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
    "base64": in_base64,
    "base64 that is none": lambda size: HEAD + b"Content-Transfer-Encoding: base64\n\n" + filled(b"=A", size),
    "quoted-printable": lambda size: HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + filled(b"=\n", size),
}  # fmt: skip
