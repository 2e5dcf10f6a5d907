"""Which mailboxes nobody reads, by their names."""

from __future__ import annotations

import pytest

from tickets.mail.nobody import is_daemon, is_nobody, is_server, may_be_server, wants_no_reply


@pytest.mark.parametrize(
    "local",
    [
        "mailer-daemon",
        "mailer-daemon-4",
        "no-reply",
        "nicht-antworten-bitte",
        "postmaster",
        "owner-talk",
        "talk-request",
    ],
)
def test_nobody_is_written_to_unasked(local: str) -> None:
    assert is_nobody(local)


@pytest.mark.parametrize("local", ["bob", "daemona", "nulla", "owner", "request", "mail", "root", "mdaemon"])
def test_a_person_is_somebody(local: str) -> None:
    assert not is_nobody(local)


@pytest.mark.parametrize(
    ("local", "daemon", "server", "perhaps", "silent"),
    [
        ("mail-daemon", True, True, False, False),
        ("mdaemon", False, True, False, False),
        ("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", False, True, False, False),
        ("root", False, False, True, False),
        ("do_not_reply", False, False, False, True),
        ("bob", False, False, False, False),
    ],
)
def test_each_question_has_its_own_answer(
    local: str, daemon: bool, server: bool, perhaps: bool, silent: bool
) -> None:
    assert (is_daemon(local), is_server(local)) == (daemon, server)
    assert (may_be_server(local), wants_no_reply(local)) == (perhaps, silent)
