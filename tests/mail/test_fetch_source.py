"""What an address of MAIL_IN says, and what is refused before anything is fetched."""

from __future__ import annotations

import pytest

from helpdesk.settings.given import _addresses
from tickets.mail.fetch.source import After, Source, SourceError, read_sources

HOST = "mail.example"


@pytest.mark.parametrize(
    ("address", "folders"),
    [
        (f"imaps://{HOST}", ["INBOX"]),
        (f"imaps://{HOST}/", ["INBOX"]),
        (f"imaps://{HOST}/inbox", ["INBOX"]),
        (f"imaps://{HOST}/Reports/2026", ["Reports/2026"]),
        (f"imaps://{HOST}/R%C3%BCckfragen%2C%20alte", ["Rückfragen, alte"]),
        (f"imaps://{HOST}?folders=INBOX,Reports", ["INBOX", "Reports"]),
        (f"imaps://{HOST}/INBOX?folders=INBOX,Reports,A%26B,C+D", ["INBOX", "Reports", "A&B", "C+D"]),
    ],
)
def test_the_folders_are_those_named_once_each(address: str, folders: list[str]) -> None:
    assert [source.folder for source in read_sources(address)] == folders


def test_an_account_is_read_from_the_address() -> None:
    (source,) = read_sources("imaps://desk%40mail.example:p%2Fw%2C@mail.example:1993/INBOX")
    assert source == Source(
        folder="INBOX", host=HOST, port=1993, user="desk@mail.example", password="p/w,", after=After.DELETE
    )
    assert "p/w" not in repr(source)


@pytest.mark.parametrize(
    ("option", "after", "archive"),
    [
        ("after=delete", After.DELETE, ""),
        ("after=leave", After.LEAVE, ""),
        ("after=move:Archive", After.MOVE, "Archive"),
        ("after=move:Done%2F2026:a", After.MOVE, "Done/2026:a"),
    ],
)
def test_what_becomes_of_a_mail_is_said_after_the_question_mark(
    option: str, after: After, archive: str
) -> None:
    (source,) = read_sources(f"imaps://{HOST}/INBOX?{option}")
    assert (source.after, source.archive) == (after, archive)


@pytest.mark.parametrize(
    ("option", "speaks"), [("", False), ("?first=silent", False), ("?first=speak", True)]
)
@pytest.mark.parametrize("where", [f"imaps://{HOST}/INBOX", "maildir:///var/mail/desk"])
def test_a_first_import_is_silent_unless_asked(where: str, option: str, speaks: bool) -> None:
    assert read_sources(where + option)[0].first_speaks == speaks


def test_a_maildir_is_a_path() -> None:
    assert read_sources("maildir:///var/in%20box") == (Source(folder="/var/in box"),)


def test_each_source_has_an_identity_of_its_own() -> None:
    addresses = [f"imaps://{user}@{host}/{name}" for user in "ab" for host in "cd" for name in "ef"]
    assert len({read_sources(address)[0].identity for address in [*addresses, "maildir:///e"]}) == 9


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("imap://mail.example/INBOX", "must be imaps://"),
        ("pop3s://mail.example", "must be imaps://"),
        ("imaps:///INBOX", "must be imaps://"),
        ("", "must be imaps://"),
        ("imaps://mail.example:port/INBOX", "port"),
        ("imaps://[mail.example/INBOX", "port or host"),
        ("imaps://canary:a#b@mail.example/INBOX", "port or host"),
        ("imaps://mail.example/INBOX#b", "%23"),
        ("imaps://mail.example/INBOX,Reports", "%2C"),
        ("imaps://canary:a,b@mail.example/INBOX", "%2C"),
        ("imaps://mail.example/INBOX?verify=no", "after, first, folders"),
        ("imaps://mail.example/INBOX?folders=", "after, first, folders"),
        ("maildir:///in?after=leave", "question mark: first"),
        ("imaps://mail.example/INBOX?after=burn", "delete, leave or move"),
        ("imaps://mail.example/INBOX?after=move", "delete, leave or move"),
        ("imaps://mail.example/INBOX?after=move:", "delete, leave or move"),
        ("imaps://mail.example/INBOX?after=delete:Archive", "delete, leave or move"),
        ("imaps://mail.example?folders=A,B&after=move:B", "itself read"),
        ("imaps://mail.example/INBOX?after=move:inbox", "itself read"),
        ("imaps://mail.example/INBOX?first=loud", "silent or speak"),
    ],
)
def test_what_cannot_be_followed_is_refused_without_repeating_it(address: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as refusal:
        read_sources(address)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", []),
        ("imaps://a@b/INBOX", ["imaps://a@b/INBOX"]),
        (
            "imaps://a@b?folders=A,B , maildir:///in,pop3s://c",
            ["imaps://a@b?folders=A,B", "maildir:///in", "pop3s://c"],
        ),
    ],
)
def test_several_addresses_are_told_apart_though_one_may_hold_commas(given: str, expected: list[str]) -> None:
    assert _addresses(given) == expected
