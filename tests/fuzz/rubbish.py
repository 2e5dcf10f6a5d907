"""Makes hostile input: pieces that mean something to a reader, put together in every order, and real mails damaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

TESTS = Path(__file__).parents[1]

MAIL = (
    b"From: a@b.example\n", b"From: =?utf-8?b?w6Q=?= <a@b.example>, c@d.example\n", b"Subject: =?iso-2022-jp?b?GyRC?=\n",
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: multipart/report; boundary=b; report-type=delivery-status\n",
    b"Content-Type: multipart/alternative; boundary*0=b; boundary*1=b\n", b"Content-Type: text/html; charset=utf-16\n",
    b"Content-Type: text/plain; charset=koi8-r; format=flowed; delsp=yes\n", b"Content-Type: message/rfc822\n",
    b"Content-Type: message/delivery-status\n", b"Content-Type: application/x; name*0*=utf-8''%C3; name*2=x; name*1*=%A4\n",
    b"Content-Disposition: attachment; filename*=x'y'%ZZ; filename=\"a/../b\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n", b"Content-Transfer-Encoding: x-uuencode\n", b"Return-Path: <>\n",
    b"Date: Mon, 2 Nov 2026 09:12:00 +9999\n", b"Date: 2. November 2026\n", b"Message-ID: <a@b> <c\n", b"References: <", b"\n",
    b"--b\n", b"--b--\n", b"--bb\n", b"\n\n", b"\r\r\n", b"\r", b"begin 644 x\n", b"#0V%T\n", b"end\n", b"=ybegin name=x\n", b"=yend\n",
    b"Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n", b"<a@b.example>:\n550 5.1.1 no\n", b"w6TDtsO8",
    b"-----BEGIN PGP MESSAGE-----\n", b"-----END PGP MESSAGE-----\n", b"> quoted\n", b"On 2 Nov 2026, a <a@b.example> wrote:\n",
    b"<div style='border-left:1px solid'><blockquote>x</div>", b"<p hidden><a href=x>", b"\xff\xfe", b"\0", b"=\n", b"=?", b"?=",
)  # fmt: skip
STATUS = tuple(
    b"[GNUPG:] " + line + b"\n"
    for line in (
        b"NEWSIG", b"GOODSIG 0123 Bob", b"BADSIG 0123 Bob", b"ERRSIG 0123 1 8 00 1 9 FF", b"EXPSIG 1 x", b"REVKEYSIG 1 x",
        b"VALIDSIG A 2026-11-02 1 0 4 0 1 8 00 B", b"VALIDSIG A", b"PLAINTEXT 62 0 ", b"PLAINTEXT_LENGTH 5", b"PLAINTEXT_LENGTH x",
        b"PLAINTEXT_LENGTH " + b"9" * 5000, b"DECRYPTION_OKAY", b"DECRYPTION_KEY a b o", b"SESSION_KEY 9:00", b"ENC_TO 0000 1 0",
        b"ENC_TO 1 1 0", b"NO_SECKEY 1", b"NODATA 1", b"FAILURE x 1", b"", b" ", b"\xff",
    )
)  # fmt: skip
ADDRESSES = (
    b"a@b.example", b"<", b">", b",", b";", b":", b'"', b"\\", b"(", b")", b"=?utf-8?q?x_=2C?=", b"=?utf-8?b?", b" ", b"@", b"\r\n Bcc: x",
    b"\xe2\x80\xae", b"\xff", b"\0", b"[", b"]", b"mailto:", b"=0D=0A",
)  # fmt: skip
QUOTES = (
    b"> ", b">", b"\n", b"-- \n", b"--\n", b"-----Original Message-----\n", b"________________________________\n", b"From: a@b.example\n",
    b"Sent: Monday, 2 November 2026\n", b"To: c\n", b"Subject: d\n", b"On 2 Nov 2026, Jane <j@x.example> wrote:\n", b"words\n", b" ", b":",
    b"Sent from my iPhone\n", "در تاریخ ۲۰۲۶ نوشت:\n".encode(), "＞".encode(), b"confidential recipient\n", b">From x\n", b"http://x\n",
    b"\xe2\x80\xab", b"x" * 80, b"A: b\n",
)  # fmt: skip
PACKETS = (
    b"\xc1", b"\xd2", b"\xd4", b"\xc6\x05\x04", b"\x99\x00\x03\x04\x00\x00", b"\xff\xff\xff\xff\xff", b"\xe1", b"\xef", b"\x00", b"\x04",
    b"\x87", b"\x01", b"\xc5\x0a\x04\x00\x00\x00\x00\x01\x08\x00\x08\x00", b"-----BEGIN PGP MESSAGE-----\n", b"\n", b"wcDMA0Zw\n", b"=abcd\n",
    b"-----END PGP MESSAGE-----\n", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", b"-----END PGP PUBLIC KEY BLOCK-----\n", b"\xc2\xa0", b"> ",
    b"Version: 1\n",
)  # fmt: skip
REPORT = (
    b"Subject: x\n", b"From: a@b.example\n", b"Tails-Version: 7.1 - 20260101\n", b"\n", b"======= content of /proc/cpuinfo =======\n",
    b"======= output of command lspci -nn =======\n", b"00:02.0 VGA [0300]: Intel [8086:0116] (rev 09)\n", b"ID 1d6b:0002 Linux\n",
    b"Bus 001 Device 002: ", b"What happened?\n---\n", b"model name\t: x\n", b"{", b"}", b"[", b"\"", b"Disk /dev/sda: 7 GiB, 1 bytes\n",
    b"DMI: x/y, BIOS z 01/02/2026\n", b"[    0.000000] ", b"\xff", b"usb 1-1: Product: x\n", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
)  # fmt: skip


def mixed(pieces: Sequence[bytes], *, most: int = 40) -> st.SearchStrategy[bytes]:
    """The pieces in any order and number, with short rubbish between them."""
    piece = st.one_of(st.sampled_from(pieces), st.sampled_from(pieces), st.binary(max_size=8))
    return st.lists(piece, max_size=most).map(b"".join)


def damaged(seeds: Sequence[bytes], pieces: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """A real thing, cut somewhere, with something put where it was cut."""
    place = st.floats(0, 1)
    return st.builds(_cut, st.sampled_from(seeds), place, place, mixed(pieces, most=4))


def _cut(seed: bytes, begin: float, end: float, piece: bytes) -> bytes:
    return seed[: int(len(seed) * begin)] + piece + seed[int(len(seed) * end) :]


def seeds(pattern: str) -> list[bytes]:
    """The files of the tests that a reader reads in earnest, the first 20 kB of each."""
    return [path.read_bytes()[:20_000] for path in sorted(TESTS.glob(pattern)) if path.is_file()]
