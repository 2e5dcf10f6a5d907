"""Fetching over IMAP from a real Dovecot: by UID, and never more than our own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from imapclient import IMAPClient

from tests.mail.letters import mail
from tickets.mail import fetch
from tickets.mail.fetch import fetch_all, fetch_mailbox, open_imap, wait_for_mail
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import TryLater
from tickets.models import Incoming

pytestmark = [pytest.mark.servers, pytest.mark.django_db]


@contextlib.contextmanager
def somebody(url: str) -> Iterator[IMAPClient]:
    """Another client at the same mailbox."""
    with open_imap(url) as client:
        client.select_folder("INBOX")
        yield client


def put(url: str, *mails: bytes) -> None:
    with open_imap(url) as client:
        for raw in mails:
            client.append("INBOX", raw)


def left(url: str) -> list[int]:
    with somebody(url) as client:
        found: list[int] = client.search(["ALL"])
        return found


def test_a_mailbox_is_emptied_into_rows(imaps: str) -> None:
    mails = {mail(), mail(text="Grüße")}
    put(imaps, *mails)
    assert fetch_mailbox(imaps) == 2
    assert {incoming.read() for incoming in Incoming.objects.all()} == mails
    assert left(imaps) == []


def test_the_row_says_which_uid_it_was(imaps: str) -> None:
    put(imaps, mail())
    with somebody(imaps) as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    fetch_mailbox(imaps)
    incoming = Incoming.objects.get()
    assert (incoming.uidvalidity, incoming.uid) == (validity, 1)
    assert "@" not in incoming.mailbox


def test_a_mail_that_somebody_else_marked_deleted_stays_and_is_not_filed(imaps: str) -> None:
    put(imaps, mail(), mail(), mail())
    with somebody(imaps) as client:
        client.delete_messages([2])
    assert fetch_mailbox(imaps) == 2
    assert left(imaps) == [2]


def test_what_was_marked_by_a_worker_that_died_is_removed(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(imaps, mail())
    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "uid_expunge", lambda client, uids: None)
        fetch_mailbox(imaps)
    assert left(imaps) == [1]
    assert fetch_mailbox(imaps) == 0
    assert left(imaps) == []


def test_without_uidplus_mails_are_marked_and_never_fetched_again(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IMAPClient, "has_capability", lambda client, name: False)
    put(imaps, mail())
    assert [fetch_mailbox(imaps), fetch_mailbox(imaps)] == [1, 0]
    assert left(imaps) == [1]


def test_a_mail_stays_on_the_server_when_it_cannot_be_kept(
    imaps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(raw: bytes, origin: Origin) -> None:
        raise OSError(28, "No space left on device")

    put(imaps, mail())
    monkeypatch.setattr(fetch, "keep_mail", full)
    with pytest.raises(OSError, match="No space"):
        fetch_mailbox(imaps)
    assert left(imaps) == [1]


def test_new_validity_brings_no_duplicate(imaps: str) -> None:
    """The server numbers its mails anew: what is there already is known by its bytes."""
    raw, other = mail(), mail()
    put(imaps, raw)
    fetch_mailbox(imaps)
    with open_imap(imaps) as client:
        client.create_folder("Archive")
    put(imaps, raw, other)
    with somebody(imaps) as client:
        client.copy([2, 3], "Archive")
    archive = imaps.replace("/INBOX", "/Archive")
    fetch_mailbox(archive)
    assert Incoming.objects.count() == 2


def test_equal_numbers_of_two_mailboxes_do_not_lose_a_mail(imaps: str) -> None:
    """MAIL_IN was changed: another mailbox has the old one's place, its UIDVALIDITY and its UIDs."""
    with somebody(imaps) as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    keep_mail(mail(), Origin(f"imap 0 {fetch._mark(imaps)}", validity, 1))
    put(imaps, mail())
    fetch_mailbox(imaps)
    assert Incoming.objects.count() == 2


def test_a_mail_that_vanished_meanwhile_is_passed_over(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(imaps, mail())
    monkeypatch.setattr(IMAPClient, "fetch", lambda client, uids, what: {})
    assert fetch_mailbox(imaps) == 0


def test_a_wrong_certificate_is_refused(imaps: str, settings: LazySettings) -> None:
    settings.MAIL_CA_FILE = ""
    settings.MAIL_IN = [imaps]
    with pytest.raises(TryLater, match="mailbox_unreachable"):
        fetch_all()


def test_a_certificate_for_another_name_is_refused(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **names: look_up("localhost", *more, **names)
    )
    with (
        pytest.raises(ssl.SSLCertVerificationError, match=r"mail\.example"),
        open_imap(imaps.replace("localhost", "mail.example")),
    ):
        pass


def test_one_dead_mailbox_does_not_stop_the_next(imaps: str, settings: LazySettings) -> None:
    put(imaps, mail())
    settings.MAIL_IN = ["imaps://desk:secret@localhost:1/INBOX", imaps.replace("/INBOX", "/Nowhere"), imaps]
    with pytest.raises(TryLater, match="mailbox_unreachable"):
        fetch_all()
    assert Incoming.objects.count() == 1


def test_waiting_ends_when_a_mail_comes(imaps: str) -> None:
    found: list[bool] = []
    waiter = threading.Thread(target=lambda: found.append(wait_for_mail(imaps)))
    waiter.start()
    deadline = time.monotonic() + 20
    while waiter.is_alive() and time.monotonic() < deadline:
        put(imaps, mail())
        waiter.join(0.3)
    assert found == [True]


def test_waiting_ends_after_a_while_without_mail(imaps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "IDLE_SECONDS", 0.1)
    assert not wait_for_mail(imaps)
