"""Files of a ticket: what strangers sent is saved, never shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.lib.downloads import download, safe_name
from tests.desk.rows import new_attachment, new_message
from tickets.models import Message, Ticket


@pytest.mark.parametrize(
    ("declared", "served"),
    [
        ("image/png", "image/png"),
        ("image/jpeg", "image/jpeg"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/plain\r\nX-Evil: yes", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_harmless_types_are_named(desk: Client, message: Message, declared: str, served: str) -> None:
    attachment = new_attachment(message, "file", declared, b"bytes as they came")
    answer = desk.get(reverse("attachment", args=[attachment.pk]))
    assert answer.content == b"bytes as they came"
    assert answer.headers["Content-Type"] == served


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.exe", "a.exe"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("..", "file"),
        ('"; x="', "; x="),
        ("x" * 200 + ".txt", "x" * 116 + ".txt"),
        ("گزارش.txt", "گزارش.txt"),
    ],
)
def test_names_are_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_name_in_any_script_follows_rfc_6266() -> None:
    header = download(b"", name="گزارش.txt").headers["Content-Disposition"]
    assert header == "attachment; filename*=utf-8''%DA%AF%D8%B2%D8%A7%D8%B1%D8%B4.txt"


def test_the_mail_as_it_came(desk: Client, ticket: Ticket) -> None:
    message = new_message(ticket, raw_blob=ticket.key.write_blob(b"From: kim"))
    answer = desk.get(reverse("original", args=[message.pk]))
    assert answer.content == b"From: kim"
    assert f"{ticket.number}.eml" in answer.headers["Content-Disposition"]


def test_a_note_has_no_mail(desk: Client, ticket: Ticket) -> None:
    note = new_message(ticket, kind="note")
    assert desk.get(reverse("original", args=[note.pk])).status_code == 404


def test_a_section_to_read_and_to_keep(desk: Client, ticket: Ticket) -> None:
    report = {"questions": [], "sections": [["/proc/cmdline", 0, 5], ["/usr/bin/lspci -nn", 5, 8]]}
    message = new_message(ticket, full_text="quiet<b>00:02.0", report=report)
    page = desk.get(reverse("section", args=[message.pk, 1])).content.decode()
    assert "&lt;b&gt;00:02</pre>" in page
    answer = desk.get(reverse("section_download", args=[message.pk, 1]))
    assert answer.content == b"<b>00:02"
    assert f'filename="{ticket.number}-usr-bin-lspci-nn.txt"' in answer.headers["Content-Disposition"]
    assert desk.get(reverse("section", args=[message.pk, 2])).status_code == 404
