"""Fetching from Maildirs, and what is the same for every mailbox."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from tests.mail.letters import mail
from tickets import tasks
from tickets.mail import fetch
from tickets.mail.fetch import fetch_all, fetch_mailbox, open_imap
from tickets.mail.letter import TryLater
from tickets.models import Incoming

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


def test_a_maildir_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    assert fetch_mailbox(f"maildir://{tmp_path}/new") == 0
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
    def fail(*arguments: object) -> None:
        raise error

    inbox.add(mail())
    monkeypatch.setattr(fetch, "keep_mail", fail)
    with pytest.raises((TryLater, RuntimeError)):
        fetch_all()
    assert len(inbox.keys()) == 1


@pytest.mark.parametrize("error", [KeyError, FileNotFoundError])
def test_a_mail_that_another_worker_took_is_passed_over(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def gone(box: mailbox.Maildir, key: str) -> bytes:
        raise error

    inbox.add(mail())
    monkeypatch.setattr(mailbox.Maildir, "get_bytes", gone)
    assert fetch_all() == 0


def test_nothing_is_fetched_onto_a_full_disk(
    inbox: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    inbox.add(mail())
    monkeypatch.setattr(fetch, "FULL_DISK", -1.0)
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
    with pytest.raises(TryLater, match="mailbox_unreachable"):
        fetch_all()
    assert Incoming.objects.count() == 1


def test_a_mailbox_address_without_tls_is_refused() -> None:
    with pytest.raises(TryLater, match="mailbox_url"), open_imap("imap://desk:secret@localhost/INBOX"):
        pass


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
    assert "mailbox 0" in caplog.text
    assert not any(word in caplog.text for word in ("clara", "canary", "mail.example"))


def test_the_command_says_how_many_it_kept(
    inbox: mailbox.Maildir, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox.add(mail())
    call_command("fetch_mail")
    settings.MAIL_IN = ["imap://localhost"]
    call_command("fetch_mail")
    said = capsys.readouterr()
    assert said.out == "1 mails kept\n"
    assert said.err == "not everything could be fetched: mailbox_unreachable\n"
