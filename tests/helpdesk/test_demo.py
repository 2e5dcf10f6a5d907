"""The demo: eight invented reports, as WhisperBack would have sent them."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from crypto.errors import NoSecretKeyError, RefusedError
from crypto.openpgp import SecretKeyring
from hardware.report.read import read_report
from helpdesk.demo import desk
from helpdesk.demo.reports import REPORTS, TEXTS, Fate, write_inbox
from helpdesk.demo.whisperback import damage, inner_entity, write_mail
from helpdesk.models import User
from tests.keyrings import KEYS, certificate
from tickets.language import detect
from tickets.models import Queue

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODIES = {report.text: (TEXTS / f"{report.text}.txt").read_text("utf-8") for report in REPORTS}


@pytest.fixture
def demo(db: None, settings: LazySettings, tmp_path: Path) -> Iterator[LazySettings]:
    """An empty place for a demo."""
    settings.DEMO, settings.DATA_DIR, settings.DEMO_DIR = True, tmp_path / "d", tmp_path / "d" / "demo"
    settings.GNUPG_HOME, settings.BROKER_DIR = tmp_path / "d" / "gnupg", tmp_path / "d" / "broker"
    settings.KEYS_DIR, settings.BLOBS_DIR = tmp_path / "d" / "keys", tmp_path / "d" / "blobs"
    settings.STATIC_ROOT, settings.REDIS_URL = tmp_path / "static", ""
    yield settings
    call_command("stop_gpg")


def test_there_are_eight_reports_in_at_least_six_languages() -> None:
    assert len(REPORTS) == 8
    assert len({detect(body) for body in BODIES.values()} - {None}) >= 6


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.text)
def test_a_text_is_a_report_in_the_language_of_its_name(
    report: object, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    read = read_report(BODIES[name])
    assert read is not None
    assert read.tails_version
    assert detect(BODIES[name]) == name.rpartition("-")[2]


def test_some_reporters_give_an_address_a_key_both_or_nothing() -> None:
    given = {("\nFrom:" in body, "{{key}}" in body) for body in BODIES.values()}
    assert given == {(True, True), (True, False), (False, False)}


def test_a_mail_is_built_as_whisperback_builds_it() -> None:
    mail = email.message_from_bytes(_mail("Subject: x\n"))
    assert mail.get_content_type() == "multipart/encrypted"
    assert mail["From"] == "devnull@tails.boum.org"
    assert mail["Subject"].startswith("Bug report: ")
    _, control, content = mail.walk()
    assert control.get_content_type() == "application/pgp-encrypted"
    assert content.get_payload() == "ARMOR"


def test_the_text_inside_is_seven_bits_when_it_can_be() -> None:
    assert b"Content-Transfer-Encoding: 7bit" in inner_entity("plain\n")
    assert b"Content-Transfer-Encoding: base64" in inner_entity("größer\n")


def test_damage_changes_one_letter() -> None:
    before = b"AAAA\nBBBB\nCCCC\n"
    after = damage(before)
    assert len([1 for one, other in zip(before, after, strict=True) if one != other]) == 1
    assert damage(b"AAAA\nABBB\nCCCC\n") == b"AAAA\nBBBB\nCCCC\n"


def test_six_reports_can_be_read_one_is_damaged_and_one_is_not_for_us(
    tmp_path: Path, keyring: SecretKeyring
) -> None:
    public = (KEYS / "bob.public.asc").read_text()
    reporters = dict.fromkeys(desk.REPORTERS, (certificate("bob"), public))
    write_inbox(
        tmp_path / "inbox",
        recipient=desk.ADDRESS,
        desk_key=certificate("desk"),
        reporters=reporters,
        now=NOW,
    )
    found = sorted(_fate(keyring, raw).name for raw in _mails(tmp_path / "inbox"))
    assert found == ["ARRIVES"] * 6 + ["DAMAGED", "FOR_OTHERS"]


def test_a_second_start_of_the_demo_adds_nothing(demo: LazySettings) -> None:
    desk.set_up(now=NOW)
    first = _state(demo)
    desk.set_up(now=NOW)
    assert _state(demo) == first
    assert first[0] == 8
    assert [agent.username for agent in User.objects.filter(is_coordinator=True)] == ["ana"]
    assert User.objects.get(username="ana").queues.count() == Queue.objects.count() == 6


@pytest.mark.enable_socket
def test_preparing_the_demo_says_how_to_sign_in(
    demo: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("prepare", port=0)
    said = capsys.readouterr().out
    assert "http://127.0.0.1:" in said
    for name, _, password, _ in desk.AGENTS:
        assert name in said
        assert password in said


def test_reset_removes_only_what_the_demo_made(demo: LazySettings) -> None:
    desk.set_up(now=NOW)
    (demo.DATA_DIR / "db.sqlite3-wal").touch()
    (demo.DATA_DIR / "letter.txt").touch()
    call_command("demo", reset=True)
    assert [path.name for path in demo.DATA_DIR.iterdir()] == ["letter.txt"]


def test_the_command_makes_the_demo(demo: LazySettings) -> None:
    call_command("demo")
    assert len(_mails(demo.DEMO_DIR / "inbox")) == 8


def _mail(body: str) -> bytes:
    return write_mail(body, recipient=desk.ADDRESS, date="now", encrypt=lambda content: b"ARMOR")


def _mails(inbox: Path) -> list[bytes]:
    box = mailbox.Maildir(inbox, create=False)
    return [box.get_bytes(key) for key in box.iterkeys()]


def _state(demo: LazySettings) -> tuple[int, int, int, set[str]]:
    keys = {path.name for path in (demo.GNUPG_HOME / "private-keys-v1.d").iterdir()}
    return len(_mails(demo.DEMO_DIR / "inbox")), Queue.objects.count(), User.objects.count(), keys


def _fate(keyring: SecretKeyring, raw: bytes) -> Fate:
    begin = raw.index(b"-----BEGIN PGP")
    try:
        keyring.decrypt(raw[begin : raw.index(b"-----END PGP MESSAGE-----") + 25])
    except RefusedError:
        return Fate.DAMAGED
    except NoSecretKeyError:
        return Fate.FOR_OTHERS
    return Fate.ARRIVES
