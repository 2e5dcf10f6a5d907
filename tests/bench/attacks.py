"""Hostile mails, made fresh and different each time: what costs most, of each kind that security.md T1 names."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.bench.desk import Person, gpg

HEAD = "From: e{0}@evil.example\r\nTo: {1}\r\nSubject: {0}\r\nMessage-ID: <h{0}@evil.example>\r\nMIME-Version: 1.0\r\n"
Attack = Callable[[str], bytes]


def make_attacks(desk: Person, sender: Person) -> list[Callable[[int], bytes]]:
    """One maker of mails for each kind of attack; the argument makes each mail another."""
    bomb = _encrypted(sender, desk, bytes(60_000_000), "bzip2")
    good = _encrypted(sender, desk, b"Content-Type: text/plain\r\n\r\nhello\r\n", "none")
    bodies: list[Attack] = [
        lambda mark: _nested(mark, 3_000),
        lambda mark: _many_parts(mark, 60_000),
        lambda mark: b"To: " + b"a," * 300_000 + mark.encode() + b"\r\n\r\nx",
        lambda mark: b"To: " + b"(" * 200_000 + mark.encode() + b"\r\n\r\nx",
        lambda mark: b"".join(b"X-%d: y\r\n" % each for each in range(30_000)) + mark.encode() + b": z\r\n\r\nx",
        lambda mark: _continuations(mark, 8_000),
        lambda mark: b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + mark.encode(),
        lambda mark: b"Content-Type: text/html\r\n\r\n" + b"<b title='" * 30_000 + mark.encode(),
        lambda mark: b'Content-Type: text/plain; charset="a\0b"\r\n\r\n' + mark.encode() * 1_000,
        lambda mark: b"\r\n" + (b"> " * 400 + b"\r\n") * 4_000 + mark.encode(),
        lambda mark: _pgp_mime(mark, bomb),
        lambda mark: _pgp_mime(mark, _flood(mark, 5_000)),
        lambda mark: _pgp_mime(mark, _changed(good, mark)),
        lambda mark: b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n" + mark.encode() * 50_000,
    ]  # fmt: skip
    return [_mail_of(body, desk) for body in bodies]


def _mail_of(body: Attack, desk: Person) -> Callable[[int], bytes]:
    def mail(number: int) -> bytes:
        mark = f"{random.Random(number).getrandbits(64):016x}"
        return HEAD.format(mark, desk.address).encode() + body(mark)

    return mail


def _encrypted(sender: Person, desk: Person, content: bytes, compression: str) -> bytes:
    arguments = ["--compress-algo", compression, "--encrypt", "--recipient", desk.fingerprint]
    return gpg(sender.home, *arguments, stdin=content)


def _nested(mark: str, depth: int) -> bytes:
    levels = (
        f"Content-Type: multipart/mixed; boundary={mark}{level}\r\n\r\n--{mark}{level}\r\n"
        for level in range(depth)
    )
    return "".join(levels).encode() + b"\r\nx"


def _many_parts(mark: str, count: int) -> bytes:
    head = f"Content-Type: multipart/mixed; boundary={mark}\r\n\r\n".encode()
    return head + f"--{mark}\r\n\r\nx\r\n".encode() * count


def _continuations(mark: str, count: int) -> bytes:
    pieces = "".join(f";\r\n name*{number}*=utf-8''%41{mark}" for number in range(count))
    return f"Content-Type: text/plain{pieces}\r\n\r\nx".encode()


def _pgp_mime(mark: str, ciphertext: bytes) -> bytes:
    kind = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    return (
        f"Content-Type: {kind}; boundary={mark}\r\n\r\n"
        f"--{mark}\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
        f"--{mark}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    ).encode() + ciphertext + f"\r\n--{mark}--\r\n".encode()  # fmt: skip


def _flood(mark: str, count: int) -> bytes:
    """Session keys for hidden recipients, each of which gpg would try with every secret key."""
    key = b"\xc1\x2e\x03" + bytes(8) + b"\x12" + bytes.fromhex(mark) * 4 + bytes(2)
    return key * count + b"\xd2\x02\x01x"


def _changed(ciphertext: bytes, mark: str) -> bytes:
    place = len(ciphertext) - 1 - int(mark[:4], 16) % 60
    return ciphertext[:place] + bytes((ciphertext[place] ^ 1,)) + ciphertext[place + 1 :]
