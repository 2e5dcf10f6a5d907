"""Fetching over IMAP from a real Dovecot: by UID, and never more than our own."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from django.conf import LazySettings
from imapclient import IMAPClient

from tests.mail.imap_box import fetch_now, left, put, somebody, source
from tests.mail.letters import mail
from tickets.mail.fetch import emptying, imap
from tickets.mail.fetch.connection import open_imap
from tickets.mail.fetch.imap import wait_for_mail
from tickets.mail.fetch.mailboxes import fetch_all
from tickets.mail.keep import Origin
from tickets.mail.letter import TryLater
from tickets.models import Incoming, Mailbox

pytestmark = [pytest.mark.servers, pytest.mark.django_db]


def test_a_mailbox_is_emptied_into_rows(imaps: str) -> None:
    mails = {mail(), mail(text="Grüße")}
    put(imaps, *mails)
    assert fetch_all() == 2
    assert {incoming.read() for incoming in Incoming.objects.all()} == mails
    assert left(imaps) == []


def test_the_row_says_which_uid_it_was(imaps: str) -> None:
    put(imaps, mail())
    with somebody(imaps) as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    fetch_all()
    incoming = Incoming.objects.get()
    assert (incoming.uidvalidity, incoming.uid) == (validity, 1)
    assert "@" not in incoming.mailbox


def test_a_mail_that_somebody_else_marked_deleted_stays_and_is_not_filed(imaps: str) -> None:
    put(imaps, mail(), mail(), mail())
    with somebody(imaps) as client:
        client.delete_messages([2])
    assert fetch_all() == 2
    assert left(imaps) == [2]


def test_what_was_marked_by_a_worker_that_died_is_removed(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(imaps, mail())
    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "uid_expunge", lambda client, uids: None)
        fetch_all()
    assert left(imaps) == [1]
    assert fetch_all() == 0
    assert left(imaps) == []


def test_without_uidplus_mails_are_marked_and_never_fetched_again(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IMAPClient, "has_capability", lambda client, name: False)
    put(imaps, mail())
    assert [fetch_all(), fetch_all()] == [1, 0]
    assert left(imaps) == [1]


def test_a_mail_stays_on_the_server_when_it_cannot_be_kept(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(raw: bytes, origin: Origin, *, silent: bool) -> None:
        raise OSError(28, "No space left on device")

    put(imaps, mail())
    monkeypatch.setattr(emptying, "keep_mail", full)
    assert fetch_now() == "cannot_keep"
    assert left(imaps) == [1]


def test_all_folders_that_are_named_are_read_whatever_their_names(imaps: str, settings: LazySettings) -> None:
    put(imaps, mail(), mail())
    put(imaps, mail(), folder="Rückfragen & mehr, 報告")
    settings.MAIL_IN = [f"{imaps}?folders=R%C3%BCckfragen%20%26%20mehr%2C%20%E5%A0%B1%E5%91%8A"]
    assert fetch_all() == 3
    assert left(imaps, "Rückfragen & mehr, 報告") == left(imaps) == []
    assert {row.folder for row in Mailbox.objects.all()} == {"INBOX", "Rückfragen & mehr, 報告"}


@pytest.mark.parametrize("can_move", [True, False])
def test_what_was_read_is_moved_where_the_address_says(
    imaps: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, can_move: bool
) -> None:
    knows = IMAPClient.has_capability
    monkeypatch.setattr(
        IMAPClient,
        "has_capability",
        lambda client, name: (can_move or name != "MOVE") and knows(client, name),
    )
    settings.MAIL_IN = [f"{imaps}?after=move:Geh%C3%B6rt"]
    put(imaps, mail(), mail())
    assert [fetch_all(), fetch_all()] == [2, 0]
    assert left(imaps) == []
    assert left(imaps, "Gehört") == [1, 2]


def test_a_mailbox_that_is_left_as_it_is_is_read_once_and_marked_by_nothing(
    imaps: str, settings: LazySettings
) -> None:
    settings.MAIL_IN = [f"{imaps}?after=leave"]
    put(imaps, mail(), mail())
    assert [fetch_all(), fetch_all()] == [2, 0]
    put(imaps, mail())
    assert fetch_all() == 1
    with somebody(imaps) as client:
        flags = client.get_flags(client.search(["ALL"]))
    assert [b"\\Seen" in each or b"\\Deleted" in each for each in flags.values()] == [False] * 3
    assert Mailbox.objects.get().last_uid == 3


@pytest.mark.parametrize("after", ["delete", "leave", "move:Archive"])
def test_new_validity_brings_no_duplicate_and_loses_nothing(
    imaps: str, settings: LazySettings, after: str
) -> None:
    """The folder is made anew: its mails have other numbers, and lower ones than those read before."""
    raws = [mail() for _ in range(3)]
    url = f"{imaps.replace('/INBOX', '/Reports')}?after={after}"
    settings.MAIL_IN = [url]
    put(imaps, *raws[:2], folder="Reports")
    assert fetch_all() == 2
    before = Mailbox.objects.get().uidvalidity
    time.sleep(1.1)  # Dovecot makes validities of seconds.
    with open_imap(source(imaps)) as client:
        client.delete_folder("Reports")
    put(imaps, *raws, folder="Reports")
    fetch_all()
    assert Mailbox.objects.get().uidvalidity != before
    assert sorted(incoming.read() for incoming in Incoming.objects.all()) == sorted(raws)


def test_equal_numbers_of_two_mailboxes_do_not_lose_a_mail(imaps: str, settings: LazySettings) -> None:
    """MAIL_IN was changed: another mailbox has the old one's place, its UIDVALIDITY perhaps, and its UIDs."""
    put(imaps, mail())
    put(other := imaps.replace("//", "//other"), mail())
    fetch_all()
    settings.MAIL_IN = [other]
    fetch_all()
    assert Incoming.objects.values("mailbox").distinct().count() == 2
    assert Mailbox.objects.count() == 1


def test_a_mail_that_vanished_meanwhile_is_passed_over(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(imaps, mail())

    def vanish(folder: imap.ImapFolder, uid: int) -> None:
        with somebody(imaps) as client:
            client.delete_messages([uid])
            client.uid_expunge([uid])

    monkeypatch.setattr(imap.ImapFolder, "_body", vanish)
    assert fetch_all() == 0


def test_a_wrong_certificate_is_refused(imaps: str, settings: LazySettings) -> None:
    settings.MAIL_CA_FILE = ""
    assert fetch_now() == "certificate"
    assert Mailbox.objects.get().trouble == "certificate"


def test_a_certificate_for_another_name_is_refused(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **names: look_up("localhost", *more, **names)
    )
    with (
        pytest.raises(TryLater, match="certificate"),
        open_imap(source(imaps.replace("localhost", "mail.example"))),
    ):
        pass


def test_one_dead_mailbox_does_not_stop_the_next(imaps: str, settings: LazySettings) -> None:
    put(imaps, mail())
    settings.MAIL_IN = ["imaps://desk:secret@localhost:1/INBOX", imaps.replace("/INBOX", "/Nowhere"), imaps]
    assert fetch_now() == "unreachable"
    assert Incoming.objects.count() == 1
    assert list(Mailbox.objects.values_list("number", "trouble")) == [
        (1, "unreachable"),
        (2, "no_folder"),
        (3, ""),
    ]


def test_waiting_ends_when_a_mail_comes(imaps: str) -> None:
    found: list[bool | None] = []
    waiter = threading.Thread(target=lambda: found.append(wait_for_mail(source(imaps))))
    waiter.start()
    deadline = time.monotonic() + 20
    while waiter.is_alive() and time.monotonic() < deadline:
        put(imaps, mail())
        waiter.join(0.3)
    assert found == [True]


def test_waiting_ends_after_a_while_without_mail(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "IDLE_SECONDS", 0.1)
    assert wait_for_mail(source(imaps)) is False
