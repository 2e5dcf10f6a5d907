"""Structure by byte offsets: the same parts that a mail program sees, and bounded."""

from __future__ import annotations

import pytest

from crypto.structure import headers, mime
from crypto.structure.mime import children, file_name, read_entity, sender, walk

MIXED = b'Content-Type: multipart/mixed; boundary="b"\n\n'


def bodies(raw: bytes) -> list[bytes]:
    return [child.raw() for child in children(read_entity(raw))]


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (MIXED + b"--b\none\n--b\ntwo\n--b--\nepilogue", [b"one", b"two"]),
        (MIXED + b"preamble\n--b\none\n--b--", [b"one"]),
        (MIXED.replace(b"\n", b"\r\n") + b"--b\r\none\r\n\r\n--b--\r\n", [b"one\r\n"]),
        (MIXED + b"--b  \none\n--b-- \t\n", [b"one"]),
        (MIXED + b"--b\n--b\n\n--b--", [b"", b""]),
        (MIXED + b"--b\nno end", [b"no end"]),
        (MIXED + b"--bb\none\n--b\ntwo\n--bb--\n--b--", [b"two\n--bb--"]),
        (MIXED + b"none", []),
        (MIXED + b"--b", [b""]),
        (b"Content-Type: multipart/mixed\n\n--b\none\n--b--", []),
        (b"Content-Type: multipart/encrypted\n\nsee\n--b \none\n--b\ntwo\n--b--", [b"one", b"two"]),
        (b"Content-Type: multipart/encrypted\r\n\r\n--b\r\none\r\n--b--\r\n", [b"one"]),
        (b"Content-Type: multipart/encrypted\n\none\ntwo", []),
        (b"Content-Type: text/plain; boundary=b\n\n--b\none\n--b--", []),
        (b"Content-Type: message/rfc822\n\nSubject: inner\n\nx", [b"Subject: inner\n\nx"]),
    ],
)
def test_a_multipart_is_cut_where_its_boundary_stands(raw: bytes, parts: list[bytes]) -> None:
    assert bodies(raw) == parts


@pytest.mark.parametrize(
    ("raw", "headers", "body"),
    [
        (b"A: 1\nB: 2\n\nbody", ["a", "b"], b"body"),
        (b"A: 1\r\n folded\r\nB: 2\r\n\r\nbody", ["a", "b"], b"body"),
        (b"From someone Mon\nA: 1\n\nbody", ["a"], b"body"),
        (b"A: 1\nthis is no header\nB: 2\n\nbody", ["a"], b"this is no header\nB: 2\n\nbody"),
        (b"\nbody", [], b"body"),
        (b"A: 1", ["a"], b""),
        (b"A: 1\n \nB: 2\n\n", ["a"], b"B: 2\n\n"),
    ],
)
def test_headers_end_where_python_says_so(raw: bytes, headers: list[str], body: bytes) -> None:
    entity = read_entity(raw)
    assert [name for name, _ in entity.headers] == headers
    assert raw[entity.body :] == body


def test_of_headers_without_end_nothing_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "MAX_HEADER_BLOCK", 100)
    assert read_entity(b"A: 1\n" * 50).headers == ()
    assert len(read_entity(b"A: 1\n" * 20).headers) == 20
    monkeypatch.setattr(headers, "MAX_HEADERS", 3)
    assert len(read_entity(b"A: 1\n" * 3 + b"\n").headers) == 3
    assert read_entity(b"A: 1\n" * 4 + b"\n").headers == ()


def test_a_folded_header_is_one_piece_of_the_mail() -> None:
    (header,) = read_entity(b"X: a\n" + b" x\r\n" * 50_000 + b"\nbody").headers
    assert header == ("x", b" a\n" + b" x\r\n" * 50_000)


def test_a_header_with_more_parameters_than_anybody_needs_has_none() -> None:
    for number, boundary in [(headers.MAX_PARAMETERS - 1, "b"), (headers.MAX_PARAMETERS, "")]:
        mail = b"Content-Type: multipart/mixed" + b"; x=y" * number + b"; boundary=b\n\n"
        assert read_entity(mail).parameter("boundary") == boundary


@pytest.mark.parametrize(("limit", "parts"), [("headers", 2), ("entities", 3), ("marks", 3), ("scanned", 0)])
def test_a_mail_has_one_limit_for_all_its_parts(limit: str, parts: int) -> None:
    """Three parts of one header each, and another multipart behind them: what is spent is not looked at."""
    part = b"--b\nContent-Type: text/html\n\nx\n"
    inner = b"--b\n" + MIXED.replace(b'"b"', b"c") + b"--c\n" * 3
    reading = mime.Reading()
    setattr(reading, limit, 3)
    found = list(walk(read_entity(MIXED + part * 3 + inner, reading=reading)))
    assert [each.type for each in found].count("text/html") == parts
    assert len(found) <= 5


def test_the_parts_of_an_entity_are_read_once() -> None:
    root = read_entity(MIXED + b"--b\none\n--b--")
    assert children(root)[0] is children(root)[0]


def test_a_header_that_is_too_long_is_empty() -> None:
    assert read_entity(b"From: " + b"(" * 5_000 + b"\n\n").all("from") == [""]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "text/plain"),
        (b"Content-Type: TEXT/HTML; charset=x\n", "text/html"),
        (b"Content-Type: nonsense\n", "text/plain"),
        (b"Content-Type: text/plain\nContent-Type: text/html\n", "multiple/types"),
    ],
)
def test_the_type_of_an_entity(head: bytes, kind: str) -> None:
    assert read_entity(head + b"\nx").type == kind


def test_a_parameter_in_pieces_is_not_used() -> None:
    assert read_entity(b"Content-Type: multipart/mixed; boundary*=utf-8''b\n\n").parameter("boundary") == ""


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        (b"7bit", b"text", b"text"),
        (b"BASE64", b"dGV4\ndA==", b"text"),
        (b"base64", b"dGV4d", b"tex"),
        (b"BASE64;", b"dGV4dA==", b"text"),
        (b"quoted-printable", b"te=78t", b"text"),
        (b"unheard-of", b"text", b"text"),
    ],
)
def test_a_transfer_encoding_is_undone(encoding: bytes, body: bytes, content: bytes) -> None:
    assert read_entity(b"Content-Transfer-Encoding: " + encoding + b"\n\n" + body).content() == content


def test_a_thousand_parts_in_each_other_are_not_all_looked_at() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(1_000))
    assert len(list(walk(read_entity(deep)))) == mime.MAX_DEPTH + 1


def test_a_thousand_parts_beside_each_other_are_not_all_looked_at() -> None:
    wide = MIXED + b"--b\n\nx\n" * 5_000
    assert len(list(walk(read_entity(wide)))) == mime.MAX_PARTS


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("From: bob@User.Example", "bob@user.example"),
        ("From: Bob <Bob@user.example>", "Bob@user.example"),
        ('From: "Bird, Bob" <bob@user.example>', "bob@user.example"),
        ('From: "alice@desk.example" <bob@user.example>', "bob@user.example"),
        ("From: =?utf-8?q?B=C3=B6b?=\r\n <bob@user.example>", "bob@user.example"),
        ("From: bob@user.example (Bob)", "bob@user.example"),
        ("", None),
        ("From: ", None),
        ("From: bob", None),
        ("From: bob@user.example\nFrom: eve@user.example", None),
        ("From: bob@user.example, eve@user.example", None),
        ("From: bob@user.example <eve@user.example>", None),
        ("From: <bob@user.example> <eve@user.example>", None),
        ("From: friends: bob@user.example;", None),
        ("From: bob@user.example (a (b) c)", None),
        ("From: bob@eve@user.example", None),
        ("From: Alice <=?utf-8?q?alice?=@user.example>", None),
        ("From: Alice <alice@=?utf-8?q?user.example?=>", None),
        ("From: Älice <älice@user.example>", None),
        ("From: ali\x01ce@user.example", None),
        ("From: o'neill+tag=1@user.example", "o'neill+tag=1@user.example"),
        ("From: " + "(" * 5_000, None),
        ("From: " + '"\\' * 2_000, None),
    ],
)
def test_the_sender_is_one_address_or_nobody(head: str, address: str | None) -> None:
    assert sender(read_entity(head.encode() + b"\n\n")) == address


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Content-Disposition: attachment; filename=report.pdf.gpg", "report.pdf.gpg"),
        ('Content-Type: application/octet-stream; name="a b.gpg"', "a b.gpg"),
        ("Content-Type: x/y; name=type.gpg\nContent-Disposition: attachment; filename=file.gpg", "file.gpg"),
        ("Content-Disposition: attachment; filename*=utf-8''%D8%B1.gpg", "\u0631.gpg"),
        ('Content-Disposition: attachment; filename="=?utf-8?q?=C3=A9t=C3=A9.pgp?="', "\xe9t\xe9.pgp"),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\a.exe"', "a.exe"),
        ("Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEgnp.exe", "agnp.exe"),
        ('Content-Disposition: attachment; filename="=?utf-8?b?x?="', ""),
        ('Content-Disposition: attachment; filename="=?x-none?q?a?="', ""),
        (f'Content-Disposition: attachment; filename="{"=?utf-8?q?a?= " * 20}"', "a" * 20),
        (
            f'Content-Disposition: attachment; filename="{"=?utf-8?q?a?= " * 21}"',
            ("=?utf-8?q?a?= " * 21)[-121:-1],
        ),
        (f"Content-Disposition: attachment; filename={'x' * 200}.gpg", "x" * 116 + ".gpg"),
        (f"Content-Disposition: attachment; filename*=utf-8''{'%C3%A9' * 100}", "\xe9" * 60),
        ("Content-Type: text/plain", ""),
    ],
)
def test_the_name_of_a_file_is_safe_to_store(head: str, name: str) -> None:
    assert file_name(read_entity(f"{head}\n\nx".encode())) == name
