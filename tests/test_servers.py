"""The throw-away servers do what the other tests take for granted."""

from __future__ import annotations

import imaplib
import os
import smtplib
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

pytestmark = pytest.mark.servers

MAIL = b"From: ana@example.org\r\nTo: help@desk.example\r\nSubject: Hello\r\n\r\nWords.\r\n"


def test_a_mail_put_in_dovecot_is_found_there() -> None:
    where = urlsplit(os.environ["WD_TEST_IMAPS"])
    with imaplib.IMAP4_SSL("localhost", where.port or 0, ssl_context=_trust()) as client:
        client.login("somebody", where.password or "")
        client.append("INBOX", "", "", MAIL)
        assert client.select("INBOX") == ("OK", [b"1"])


def test_dovecot_refuses_a_wrong_password() -> None:
    where = urlsplit(os.environ["WD_TEST_IMAPS"])
    client = imaplib.IMAP4_SSL("localhost", where.port or 0, ssl_context=_trust())
    with client, pytest.raises(imaplib.IMAP4.error):
        client.login("somebody", "wrong")


def test_a_submitted_mail_becomes_a_file() -> None:
    with _submit() as client:
        client.sendmail("help@desk.example", ["ana@example.org"], MAIL)
    assert any(MAIL in path.read_bytes() for path in Path(os.environ["WD_TEST_SINK"]).glob("*.eml"))


def test_the_sink_refuses_a_recipient_by_name() -> None:
    with _submit() as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("help@desk.example", ["refused@example.org"], MAIL)


def test_the_sink_can_lose_the_connection_after_the_mail() -> None:
    with pytest.raises(smtplib.SMTPServerDisconnected), _submit() as client:
        client.sendmail("help@desk.example", ["hangup@example.org"], MAIL)


def test_the_sink_takes_no_mail_without_tls() -> None:
    where = urlsplit(os.environ["WD_TEST_SMTP"])
    with smtplib.SMTP("localhost", where.port or 0) as client:
        assert client.docmd("MAIL", "FROM:<help@desk.example>")[0] == 530


def test_redis_answers() -> None:
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()


def _submit() -> smtplib.SMTP:
    where = urlsplit(os.environ["WD_TEST_SMTP"])
    client = smtplib.SMTP("localhost", where.port or 0)
    client.starttls(context=_trust())
    client.login(where.username or "", where.password or "")
    return client


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=os.environ["WD_TEST_CA"])
