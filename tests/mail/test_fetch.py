"""Fetching from Maildirs, and what is the same for every mailbox."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.mail.letters import mail
from tickets import tasks
from tickets.mail.fetch import emptying, mailboxes
from tickets.mail.fetch.mailboxes import fetch_all
from tickets.mail.letter import TryLater
from tickets.models import Incoming, Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(tmp_path: Path, settings: LazySettings) -> mailbox.Maildir:
    path = tmp_path / "in box"
    settings.MAIL_IN = [f"maildir://{str(path).replace(' ', '%20')}"]
    return mailbox.Maildir(path)


def test_a_maildir_is_emptied_into_rows(inbox: mailbox.Maildir) -> None:
    mails = {mail(), mail()}
    for raw in mails:
        inbox.add(raw)
    assert fetch_all() == 2
    assert {incoming.read() for incoming in Incoming.objects.all()} == mails
    assert not inbox.keys()


def test_a_maildir_is_emptied_in_the_order_of_its_names(inbox: mailbox.Maildir, tmp_path: Path) -> None:
    mails = [mail() for _ in range(12)]
    for number, raw in sorted(enumerate(mails), key=lambda each: each[0] * 7 % 12):
        (tmp_path / "in box" / "new" / f"17000000{number:02}.host").write_bytes(raw)
    fetch_all()
    assert [incoming.read() for incoming in Incoming.objects.order_by("received")] == mails


def test_a_maildir_that_is_not_there_yet_is_made(tmp_path: Path, settings: LazySettings) -> None:
    settings.MAIL_IN = [f"maildir://{tmp_path}/new"]
    assert fetch_all() == 0
    assert (tmp_path / "new" / "cur").is_dir()


def test_the_same_mail_in_two_files_is_kept_once(inbox: mailbox.Maildir) -> None:
    raw = mail()
    inbox.add(raw)
    inbox.add(raw)
    fetch_all()
    assert Incoming.objects.count() == 1
    assert not inbox.keys()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError()])
def test_what_could_not_be_kept_stays_where_it_was(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    inbox.add(mail())
    monkeypatch.setattr(emptying, "keep_mail", fail)
    with pytest.raises((TryLater, RuntimeError)):
        fetch_all()
    assert len(inbox.keys()) == 1


@pytest.mark.parametrize("error", [KeyError, FileNotFoundError])
def test_a_mail_that_another_worker_took_is_passed_over(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def gone(box: mailbox.Maildir, key: str) -> None:
        raise error

    inbox.add(mail())
    monkeypatch.setattr(mailbox.Maildir, "get_file", gone)
    assert fetch_all() == 0


def test_nothing_is_fetched_onto_a_full_disk(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    inbox.add(mail())
    monkeypatch.setattr(mailboxes, "FULL_DISK", -1.0)
    with pytest.raises(TryLater, match="disk_full"):
        fetch_all()
    assert len(inbox.keys()) == 1


@pytest.mark.parametrize(
    "dead",
    [
        "imap://desk:secret@localhost/INBOX",
        "imaps:///INBOX",
        "pop3s://desk@localhost",
    ],
)
def test_a_mailbox_without_protection_or_host_is_not_opened_and_stops_no_other(
    inbox: mailbox.Maildir, settings: LazySettings, dead: str
) -> None:
    inbox.add(mail())
    settings.MAIL_IN = [dead, *settings.MAIL_IN]
    with pytest.raises(TryLater, match="mailbox_url"):
        fetch_all()
    assert Incoming.objects.count() == 1


def test_polling_leaves_what_cannot_be_reached_for_the_next_time(
    inbox: mailbox.Maildir, settings: LazySettings
) -> None:
    inbox.add(mail())
    settings.MAIL_IN = ["imap://localhost", *settings.MAIL_IN]
    tasks.poll()
    assert Incoming.objects.count() == 1


def test_the_log_names_neither_mailbox_nor_person(
    inbox: mailbox.Maildir, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_IN = ["imap://clara:canary@mail.example/INBOX"]
    with pytest.raises(TryLater):
        fetch_all()
    assert "mailbox 1" in caplog.text
    assert not any(word in caplog.text for word in ("clara", "canary", "mail.example"))


def test_the_command_says_how_many_it_kept(
    inbox: mailbox.Maildir, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox.add(mail())
    call_command("fetch_mail")
    assert capsys.readouterr().out == "1 mails kept\n"


def test_the_command_fails_when_a_mailbox_does_and_names_it_as_the_mail_room_does(
    inbox: mailbox.Maildir, settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.MAIL_IN = [*settings.MAIL_IN, f"maildir://{tmp_path}/file", "imap://clara:canary@localhost"]
    with pytest.raises(CommandError) as stop:
        call_command("fetch_mail")
    assert str(stop.value).splitlines()[1:] == [
        "mailbox 3: mailbox_url",
        f"mailbox 2, {tmp_path}/file: no_directory",
    ]


def test_what_was_there_before_the_desk_is_silent_and_what_comes_later_is_not(
    inbox: mailbox.Maildir,
) -> None:
    inbox.add(mail())
    fetch_all()
    inbox.add(mail())
    fetch_all()
    assert list(Incoming.objects.order_by("received").values_list("silent", flat=True)) == [True, False]


def test_a_first_import_that_is_asked_to_speak_is_not_silent(
    inbox: mailbox.Maildir, settings: LazySettings
) -> None:
    settings.MAIL_IN = [f"{settings.MAIL_IN[0]}?first=speak"]
    inbox.add(mail())
    fetch_all()
    assert not Incoming.objects.get().silent


def test_a_first_import_that_was_interrupted_stays_silent_until_it_is_complete(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    inbox.add(mail())
    with monkeypatch.context() as patch:
        patch.setattr(emptying, "keep_mail", full)
        with pytest.raises(TryLater, match="cannot_keep"):
            fetch_all()
    assert Mailbox.objects.get().imported is None
    assert fetch_all() == 0  # It is left alone for a while.
    assert fetch_all(even_paused=True) == 1
    assert Incoming.objects.get().silent
    assert Mailbox.objects.get().imported


@pytest.mark.parametrize(
    ("limit", "error", "word"), [(10, None, "too_large"), (10**6, OSError(5, ""), "unreadable")]
)
def test_a_mail_that_cannot_be_taken_stays_there_and_is_told_of(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, limit: int, error: OSError | None, word: str
) -> None:
    def broken(box: mailbox.Maildir, key: str) -> None:
        raise error or KeyError

    inbox.add(mail())
    monkeypatch.setattr(emptying, "LARGEST_MAIL", limit)
    if error:
        monkeypatch.setattr(mailbox.Maildir, "get_file", broken)
    with pytest.raises(TryLater, match=word):
        fetch_all()
    assert (len(inbox.keys()), Incoming.objects.count()) == (1, 0)
    row = Mailbox.objects.get()
    assert (row.trouble, row.failures, row.not_before) == (word, 0, None)


def test_a_maildir_that_cannot_be_read_is_told_of(tmp_path: Path, settings: LazySettings) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.MAIL_IN = [f"maildir://{tmp_path}/file"]
    with pytest.raises(TryLater, match="no_directory"):
        fetch_all()
    assert Mailbox.objects.get().trouble == "no_directory"
