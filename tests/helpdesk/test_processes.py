"""Which processes a desk consists of."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

PROCFILE = Path(__file__).resolve().parents[2] / "helpdesk" / "Procfile"


def processes() -> list[str]:
    out = io.StringIO()
    call_command("processes", stdout=out)
    return out.getvalue().split()


@pytest.mark.parametrize(
    ("mailboxes", "watched"),
    [
        ([], False),
        (["maildir:///var/mail/desk"], False),
        (["maildir:///var/mail/desk", "imaps://desk:secret@mail.example"], True),
    ],
)
def test_somebody_waits_for_mail_where_one_can(
    settings: LazySettings, mailboxes: list[str], watched: bool
) -> None:
    settings.MAIL_IN = mailboxes
    assert ("watch" in processes()) is watched


def test_every_process_has_its_line(settings: LazySettings) -> None:
    settings.MAIL_IN = ["imaps://desk:secret@mail.example"]
    assert processes() == [line.partition(":")[0] for line in PROCFILE.read_text().splitlines()]
