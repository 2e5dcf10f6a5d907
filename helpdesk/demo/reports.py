"""The eight invented reports: who sends which text, and what is wrong with it."""

from __future__ import annotations

import mailbox
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import Enum, auto
from pathlib import Path

from crypto.openpgp import SecretKeyring
from helpdesk.demo.whisperback import damage, write_mail

TEXTS = Path(__file__).with_name("reports")


class Fate(Enum):
    """What happens to a report on its way."""

    ARRIVES = auto()
    DAMAGED = auto()
    FOR_OTHERS = auto()


@dataclass(frozen=True, slots=True)
class Invented:
    """A report. `key_of` names the reporter whose public key stands in the text where it says {{key}}."""

    text: str
    key_of: str = ""
    fate: Fate = Fate.ARRIVES


REPORTS = (
    Invented("1-wifi-en", key_of="mira@reporter.example"),
    Invented("2-persistence-fr", key_of="elodie@reporter.example"),
    Invented("3-tor-es"),
    Invented("4-printer-de", key_of="kurt@reporter.example"),
    Invented("5-keyboard-fa"),
    Invented("6-sound-ru", key_of="vera@reporter.example"),
    Invented("7-damaged-pt", fate=Fate.DAMAGED),
    Invented("8-for-others-it", fate=Fate.FOR_OTHERS),
)


def write_inbox(
    inbox: Path, *, recipient: str, desk_key: bytes, reporters: dict[str, tuple[bytes, str]], now: datetime
) -> None:
    """Put all reports into a new Maildir: it appears whole or not at all, so that a second start adds nothing."""
    draft = inbox.with_name(f"{inbox.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    box = mailbox.Maildir(draft, create=True)
    for mail in _mails(recipient=recipient, desk_key=desk_key, reporters=reporters, now=now):
        box.add(mail)
    draft.rename(inbox)


def _mails(
    *, recipient: str, desk_key: bytes, reporters: dict[str, tuple[bytes, str]], now: datetime
) -> Iterator[bytes]:
    other_key = next(iter(reporters.values()))[0]
    for number, report in enumerate(REPORTS):
        body = (TEXTS / f"{report.text}.txt").read_text("utf-8")
        if report.key_of:
            body = body.replace("{{key}}", reporters[report.key_of][1].strip())
        key = other_key if report.fate is Fate.FOR_OTHERS else desk_key
        date = format_datetime(now - timedelta(minutes=17 * (len(REPORTS) - number)))
        yield write_mail(body, recipient=recipient, date=date, encrypt=_to(key, report.fate))


def _to(key: bytes, fate: Fate) -> Callable[[bytes], bytes]:
    def encrypt(content: bytes) -> bytes:
        armor = SecretKeyring(Path("/nonexistent")).encrypt(content, recipients=[key])
        return damage(armor) if fate is Fate.DAMAGED else armor

    return encrypt
