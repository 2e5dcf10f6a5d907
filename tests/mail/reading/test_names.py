"""Names of attachments: never a path, never a trick, never empty."""

from __future__ import annotations

import pytest

from tickets.mail.reading import limits, names
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart


def part(headers: str) -> Part:
    return take_apart(headers.encode() + b"\n\n", Problems())


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../../../etc/cron.d/x", "x"),
        ("C:\\Users\\jane\\photo.jpg", "photo.jpg"),
        ("inv\u202efdp.exe\0.txt", "invfdp.exe.txt"),
        ("a\r\nb\tc.txt", "abc.txt"),
        ("..", ""),
        (" . ", ""),
        ("dir/", "dir"),
        ("\ud800.txt", ".txt"),
        ("نامه.pdf", "نامه.pdf"),
    ],
)
def test_a_name_is_harmless(said: str, safe: str) -> None:
    assert names.safe_name(said) == safe


@pytest.mark.parametrize("said", ["x" * 500 + ".jpeg", "ж" * 500, "a." + "b" * 500, "." + "c" * 500])
def test_a_name_is_short_and_keeps_its_ending(said: str) -> None:
    name = names.safe_name(said)
    assert 0 < len(name.encode()) <= limits.NAME_BYTES
    assert name.endswith(".jpeg") == said.endswith(".jpeg")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ('Content-Disposition: attachment; filename="a b.txt"', "a b.txt"),
        ("Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.txt", "café.txt"),
        ('Content-Disposition: attachment; filename*0="long "; filename*1="name.txt"', "long name.txt"),
        ("Content-Disposition: attachment; filename*0*=iso-8859-1''caf%E9; filename*1*=.txt", "café.txt"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?caf=C3=A9.txt?="', "café.txt"),
        ('Content-Type: image/png; name="café.png"', "café.png"),
        ('Content-Type: image/jpeg\nContent-Disposition: inline; filename="=?utf-8?b??="', "image.jpg"),
        ("Content-Type: image/png\nContent-ID: <logo.png@01CD>", "logo.png"),
        ("Content-Type: application/x\nContent-ID: <1234.5@x>", "1234.5"),
        ("Content-Type: image/png\nContent-ID: <1234.5@x>", "image.png"),
        ("Content-Type: image/png\nContent-Location: pics/logo.png", "logo.png"),
        ("Content-Type: image/png\nContent-Location: https://x.example/logo.png", "image.png"),
        ("Content-Type: text/html", "document.html"),
        ("Content-Type: application/pdf", "file.pdf"),
        ("Content-Type: application/octet-stream", "file"),
        (
            "Content-Type: message/delivery-status\nContent-Description: Delivery report",
            "Delivery report.txt",
        ),
        ("Content-Type: message/delivery-status", "delivery-status.txt"),
        ("Content-Type: message/rfc822\nContent-Description: Undelivered Message", "Undelivered Message.eml"),
        ("Content-Type: message/rfc822", "message.eml"),
    ],
)
def test_a_part_has_a_name(headers: str, name: str) -> None:
    assert names.name_of(part(headers)) == name


def test_a_nested_mail_is_named_by_its_subject() -> None:
    assert names.name_of(part("Content-Type: message/rfc822"), "Re: a/b") == "Re: a b.eml"


def test_a_name_that_breaks_its_reader_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = part("Content-Type: text/plain; name=x")

    def breaks(*_arguments: object) -> str:
        raise ValueError

    monkeypatch.setattr(broken.headers, "get_param", breaks)
    assert not names.is_named(broken)


def test_the_second_of_a_name_has_a_number() -> None:
    taken: set[str] = set()
    given = ["a.tar.gz", "a.tar.gz", "a.tar.gz", "file", "file", ".rc", ".rc"]
    assert [names.numbered(name, taken) for name in given] == [
        "a.tar.gz", "a1.tar.gz", "a2.tar.gz", "file", "file1", ".rc", ".rc1",
    ]  # fmt: skip
