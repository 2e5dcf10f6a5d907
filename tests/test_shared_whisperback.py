"""Real reports through the whole line: kept, opened, filed and read, each in the queue of its language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from crypto.keyfolder import open_key_folder
from crypto.models import PublicKey
from tests.conftest import SHARED
from tests.mail.letters import keep
from tickets import reading
from tickets.mail import line
from tickets.models import Incoming, Message, Outgoing, Queue

FOLDER = SHARED / "whisperback"
TRUTH: dict[str, Any] = json.loads((FOLDER / "truth.json").read_bytes()) if FOLDER.is_dir() else {}
REPORTS = sorted(name for name, truth in TRUTH.items() if "report" in truth) or ["absent"]
LANGUAGES = ("en", "fr", "de", "ru", "pt")
pytestmark = [pytest.mark.shared, pytest.mark.django_db]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the throw-away keys that these mails are encrypted to."""
    folder = tmp_path_factory.mktemp("keys")
    shutil.copy(FOLDER / "helpdesk-throwaway-secret-keys.asc", folder)
    with open_key_folder(folder) as (keyring, _):
        yield keyring.home


@pytest.fixture(autouse=True)
def _desk(home: Path, settings: LazySettings, db: None) -> None:
    """One queue for each language; English takes the rest."""
    settings.GNUPG_HOME = home
    for language in LANGUAGES:
        Queue.objects.create(
            slug=language,
            name=language,
            language=language,
            address="helpdesk@example.org",
            fingerprint="A" * 40,
            is_default=language == "en",
        )


def run(name: str) -> Incoming:
    incoming = keep((FOLDER / TRUTH[name]["file"]).read_bytes())
    line.process(incoming.pk)
    incoming.refresh_from_db()
    return incoming


def filed(name: str) -> Message:
    """The message that a mail became, with its report read."""
    incoming = run(name)
    assert incoming.state == Incoming.State.FILED
    reading.read_report(Message.objects.get().pk)
    return Message.objects.select_related("ticket__key", "ticket__queue").get()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_filed_whole_and_read(name: str) -> None:
    truth = TRUTH[name]["report"]
    message = filed(name)
    ticket = message.ticket
    assert (message.encryption, ticket.protected) == ("ok", True)
    assert ticket.subject == truth["subject"]
    assert ticket.requester_address == (truth["reply_address"] or "")
    assert (ticket.language, ticket.queue.slug) == (truth["language"], truth["language"])
    plaintext = (FOLDER / TRUTH[name]["plaintext"]).read_text("utf-8")
    assert (message.full_text or message.text).split() == plaintext.split()
    for _, answer in truth["questions"]:
        assert " ".join(answer.split()) in " ".join(message.text.split())
    assert message.report["tails_version"] == truth["tails_version"]
    assert message.report["openpgp_key"] == truth["openpgp_key"]
    assert (truth["tails_version"] or "") in " ".join(value for _, value in ticket.facts)


@pytest.mark.parametrize("name", REPORTS)
def test_an_offered_key_is_learned_when_it_is_there_whole(name: str) -> None:
    offered = TRUTH[name]["report"]["openpgp_key"] or {}
    filed(name)
    learned = [row.fingerprint for row in PublicKey.objects.filter(state=PublicKey.State.IN_USE)]
    assert learned == ([offered["fingerprint"]] if offered.get("kind") == "block" else [])


def test_a_report_through_a_list_server_is_a_report() -> None:
    message = filed("s1-schleuder-rewrapped")
    truth = TRUTH["r11-en-x240-textera"]["report"]
    assert message.ticket.requester_address == truth["reply_address"]
    assert message.report["tails_version"] == TRUTH["s1-schleuder-rewrapped"]["tails_version"]


def test_a_report_pasted_in_clear_is_from_who_sent_it() -> None:
    message = filed("s3-plain-pasted-report")
    assert (message.encryption, message.ticket.protected) == ("none", False)
    assert message.ticket.requester_address == TRUTH["s3-plain-pasted-report"]["reply_address"]
    assert message.report["tails_version"] == TRUTH["s3-plain-pasted-report"]["tails_version"]


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("s5-corrupted-ciphertext", Incoming.State.QUARANTINED, "refused"),
        ("s7-unknown-recipient", Incoming.State.SET_ASIDE, "no_key"),
    ],
)
def test_what_cannot_be_opened_is_kept_as_it_came(name: str, state: str, reason: str) -> None:
    incoming = run(name)
    assert (incoming.state, incoming.reason) == (state, reason)
    assert incoming.read() == (FOLDER / TRUTH[name]["file"]).read_bytes()
    assert not Message.objects.exists()
    assert not Outgoing.objects.exists()


def test_a_report_stolen_on_its_way_is_flagged() -> None:
    """The thief sends the ciphertext on under his own name; the reporter stands inside it all the same."""
    raw = (FOLDER / TRUTH["r01-en-mbp-wifi"]["file"]).read_bytes()
    run("r01-en-mbp-wifi")
    stolen = raw.replace(b"devnull@tails.boum.org", b"eve@evil.example").replace(b"Bug report: ", b"Help ")
    line.process(keep(stolen).pk)
    addresses = {each.ticket.requester_address for each in Message.objects.select_related("ticket__key")}
    assert addresses == {TRUTH["r01-en-mbp-wifi"]["report"]["reply_address"]}
