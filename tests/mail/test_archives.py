"""Archives: the mails in an mbox are told apart whatever wrote it, and found in directories of every shape."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tickets.mail import archives
from tickets.mail.archives import find_files, find_mails, holds_no_mail

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FROM = b"From ana@user.example Sat Jan  3 01:05:34 2015\n"
ONE = b"From: ana@user.example\nSubject: one\n\nWords.\n"
TWO = b"From: otto@user.example\nSubject: two\n\nOther words.\n"


def mails(path: Path) -> list[bytes]:
    return [entry.read() for file in find_files(path) for entry in find_mails(file, now=NOW)]


@pytest.mark.parametrize(
    ("archive", "expected"),
    [
        (FROM + ONE + b"\n" + FROM + TWO + b"\n", [ONE, TWO]),
        (FROM + ONE + b"\n" + FROM + TWO, [ONE, TWO]),
        (FROM + ONE + FROM + TWO, [ONE, TWO]),  # No empty line before the next one.
        (
            (FROM + ONE + b"\n" + FROM + TWO).replace(b"\n", b"\r\n"),
            [ONE.replace(b"\n", b"\r\n"), TWO.replace(b"\n", b"\r\n")],
        ),
        (b"From - Sat Jan 03 01:05:34 2015\n" + ONE, [ONE]),
        (b"From ???@??? Sat Jan 03 01:05:34 2015 +0100\n" + ONE, [ONE]),
        (
            b"From MAILER-DAEMON Fri Jul  8 12:08 2011\n"
            + ONE
            + b"\nFrom a Fri Jul  8 12:08 CEST 2011\n"
            + TWO,
            [ONE, TWO],
        ),
        (b"From uucp@host Sat Jan  3 01:05:34 2015 remote from foo\n" + ONE, [ONE]),
        (b"From nobody\n" + ONE, [ONE]),
        (FROM, [b""]),
        # What a person wrote begins with From, too.
        (FROM + ONE + b"\nFrom here on it fails.\n", [ONE + b"\nFrom here on it fails.\n"]),
        (
            FROM + ONE + b"\nFrom 10:30 to 11:00 it works\nand then not.\n",
            [ONE + b"\nFrom 10:30 to 11:00 it works\nand then not.\n"],
        ),
        (FROM + ONE + b"From 10:30 on:\nx: y\n", [ONE + b"From 10:30 on:\nx: y\n"]),
        # mboxrd and mboxo.
        (
            FROM + ONE + b"\n>From me\n>>From you\n> From\n>Fromage\n",
            [ONE + b"\nFrom me\n>From you\n> From\n>Fromage\n"],
        ),
        # A sender's Content-Length hides nobody's mail.
        (FROM + b"Content-Length: 9999\n" + ONE + b"\n" + FROM + TWO, [b"Content-Length: 9999\n" + ONE, TWO]),
        (ONE, [ONE]),
        (b"\r\n" + ONE, [b"\r\n" + ONE]),
        (b"", [b""]),
    ],
)
def test_the_mails_of_a_file_are_told_apart(tmp_path: Path, archive: bytes, expected: list[bytes]) -> None:
    (tmp_path / "archive").write_bytes(archive)
    assert mails(tmp_path / "archive") == expected


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        (b"", 0),
        (b"\nFrom here on it fails.\n", 0),
        (b"\nFrom ana\nSubject: a mail whose From line has no date\n", 1),
        (b"\nFrom a Sat Jan  3 01:05:34 2015\nno header\n", 1),
        (b"From a Sat Jan  3 01:05:34 2015\nno header\n", 1),
        (b"\nFrom 10:30 to 11:00 it works\nand then not.\n\nFrom a Sat Jan  3 01:05:34 2015", 2),
        (b"\n>From ana\nSubject: quoted\n", 0),
    ],
)
def test_lines_that_may_begin_another_mail_are_counted(tmp_path: Path, text: bytes, doubtful: int) -> None:
    (tmp_path / "archive").write_bytes(FROM + ONE + text + b"\n" + FROM + TWO)
    first, second = find_mails(tmp_path / "archive", now=NOW)
    assert (first.doubtful, second.doubtful) == (doubtful, 0)
    (tmp_path / "archive").write_bytes(FROM + TWO + b"\n" + FROM + ONE + text)
    first, second = find_mails(tmp_path / "archive", now=NOW)
    assert (first.doubtful, second.doubtful) == (0, doubtful)


def test_lines_of_any_length_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_LINE_BYTES", 100)
    long = ONE + b"\n" + b"x" * 100 + b"From ana@user.example Sat Jan  3 01:05:34 2015\nSubject: no mail\n"
    (tmp_path / "archive").write_bytes(FROM + long + b"\n" + FROM + TWO)
    assert mails(tmp_path / "archive") == [long, TWO]


def test_what_pythons_own_mbox_writes_is_read_back(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(20):
        box.add(b"Subject: %d\n\nFrom ana\n\nFrom otto Sat Jan  3 01:05:34 2015\n" % number)
    box.close()
    found = mails(tmp_path / "box")
    assert [each.splitlines()[0] for each in found] == [b"Subject: %d" % number for number in range(20)]
    assert all(each.endswith(b"\n\nFrom ana\n\nFrom otto Sat Jan  3 01:05:34 2015\n") for each in found)


def test_directories_of_every_shape_are_walked(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    box = mailbox.Maildir(tmp_path / "dir" / "Maildir")
    for raw in (ONE, TWO):
        box.add(raw)
    box.add_folder("Sent").add(ONE)
    (tmp_path / "dir" / "Maildir" / "dovecot.index").write_bytes(b"\0index")
    (tmp_path / "dir" / "Maildir" / "tmp" / "half").write_bytes(b"From: a")
    (tmp_path / "dir" / "one.eml").write_bytes(ONE)
    (tmp_path / "dir" / ".hidden").write_bytes(ONE)
    (tmp_path / "dir" / "box").write_bytes(FROM + ONE + b"\n" + FROM + TWO)
    (tmp_path / "dir" / "circle").symlink_to(tmp_path / "dir")
    assert sorted(mails(tmp_path / "dir")) == sorted([ONE] * 4 + [TWO] * 2)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        mails(tmp_path / "nothing")


def test_an_entry_says_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(FROM + ONE + b"\n" + FROM + TWO)
    first, second = find_mails(tmp_path / "box", now=NOW)
    assert (first.number, first.start, first.size) == (1, len(FROM), len(ONE))
    assert (second.number, second.start) == (2, 2 * len(FROM) + len(ONE) + 1)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "Received: by a; Mon, 5 Jan 2015 10:00:00 +0100\nReceived: by b; Sun, 4 Jan 2015 10:00:00 +0100\n",
            "2015-01-05T09:00",
        ),
        (
            "Received: by a\n\tfor b; Mon, 5 Jan 2015\n 10:00:00 +0000\nDate: Tue, 6 Jan 2015 10:00:00 +0000\n",
            "2015-01-05T10:00",
        ),
        ("Date: Tue, 6 Jan 2015 10:00:00 +0000\n", "2015-01-06T10:00"),
        ("Received: by a; nonsense\n", "2015-01-03T01:05"),
        ("Received: by a; Mon, 5 Jan 2099 10:00:00 +0100\n", "2015-01-03T01:05"),
        ("Received: by a; Mon, 5 Jan 1904 10:00:00 +0100\n", "2015-01-03T01:05"),
        ("Received: by a; Mon, 99 Jan 2015 99:00:00 +9999999999\n", "2015-01-03T01:05"),
    ],
)
def test_it_was_received_when_a_server_says_so(tmp_path: Path, head: str, expected: str) -> None:
    (tmp_path / "box").write_bytes(FROM + head.encode() + ONE)
    (entry,) = find_mails(tmp_path / "box", now=NOW)
    assert entry.dated
    assert entry.dated.isoformat()[:16] == expected


@pytest.mark.parametrize(
    ("line", "head", "expected"),
    [
        (b"From nobody\n", "Date: Tue, 6 Jan 2015 10:00:00 -0000\n", "2015-01-06T10:00"),
        (b"From nobody\n", "Date: 6 Jan 2015\n", ""),
        (FROM, "Date: nonsense\n", "2015-01-03T01:05"),
        (b"From nobody\n", "X: \n\nDate: Tue, 6 Jan 2015 10:00:00 +0000\n", ""),
        (b"", "", ""),
    ],
)
def test_without_a_server_it_is_the_senders_claim_or_nobody_knows(
    tmp_path: Path, line: bytes, head: str, expected: str
) -> None:
    (tmp_path / "box").write_bytes(line + head.encode() + ONE)
    (entry,) = find_mails(tmp_path / "box", now=NOW)
    assert (entry.dated.isoformat()[:16] if entry.dated else "") == expected


@pytest.mark.parametrize(
    ("head", "is_none"),
    [
        (ONE, False),
        (b"\r\n" + ONE, False),
        (b">From ana\n" + ONE, False),
        (b"\x00\x01 index", True),
        (b"", True),
        (b"From: M\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\nText", True),
    ],
)
def test_what_is_no_mail_is_told(head: bytes, is_none: bool) -> None:
    assert holds_no_mail(head) == is_none
