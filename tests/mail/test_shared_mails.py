"""The real-world and malformed mails beside the checkout, and what must come out of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests import scoreboard
from tickets.mail.letter import Letter, Opened
from tickets.mail.parse import parse_mail

pytestmark = pytest.mark.shared

# Where we read better than the truth of that project, which is what its own parser says:
ARGUED = {
    # A file name in windows-1258 is read as windows-1258 ("écran": there EC is an accent that combines with the letter
    # before it), not as windows-1252 ("eìcran"). The French word is the proof.
    "test__data__mail__mail064.box",
    # "From: Test test@example.com" is an address with a name before it, and the text after an attachment is text.
    "test__data__mail__mail087.box",
}


def _mails(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((folder / "expect.json").read_text("utf-8"))["mails"]
    return found


def _read(path: Path) -> Letter:
    raw = path.read_bytes()
    return parse_mail(Opened(raw, raw))


@pytest.mark.parametrize("source", ["zammad-mail", "ruby-mail", "deltachat"])
def test_every_mail_is_read(shared: Path, source: str) -> None:
    folder = shared / "mail" / source
    for mail in _mails(folder):
        begun = time.monotonic()
        letter = _read(folder / str(mail["mail"]))
        letter.text.encode()
        assert time.monotonic() - begun < 30
    scoreboard.record(f"parse: {source} read", len(_mails(folder)), len(_mails(folder)))


def test_a_help_desks_own_mails_are_read_as_it_reads_them(shared: Path) -> None:
    folder = shared / "mail" / "zammad-mail"
    mails = _mails(folder)
    wrong = {Path(str(mail["mail"])).name for mail in mails if not _agrees(folder, mail)}
    scoreboard.record("parse", len(mails) - len(wrong), len(mails))
    assert wrong <= ARGUED


def _agrees(folder: Path, mail: dict[str, object]) -> bool:
    letter = _read(folder / str(mail["mail"]))
    expect = mail["expect"]
    assert isinstance(expect, dict)
    subject = str(expect.get("subject", letter.subject)).split()
    sender = [each.address.lower() for each in letter.from_][:1]
    names = sorted(each.name for each in letter.attachments)
    same_names = names == sorted(expect["attachments"])
    return letter.subject.split() == subject and sender == [expect["from_address"].lower()] and same_names
