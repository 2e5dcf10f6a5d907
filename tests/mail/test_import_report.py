"""The report of `import_mail` says what was not understood and where, and nothing of what mails say."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crypto.openpgp import SecretKeyring
from tests.mail.letters import ANA
from tests.mail.old_mail import NO_MAIL, Import, dated, mbox
from tickets.mail import importing, line
from tickets.mail.archives import Entry
from tickets.mail.file import file_mail
from tickets.mail.letter import Accepted, Sealed, TryLater
from tickets.management.commands import import_mail
from tickets.models import Incoming, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]


def test_a_trial_writes_nothing(run_import: Import) -> None:
    said = run_import(dated(8), dated(9), NO_MAIL, dated(10), options=("--dry-run",))
    assert "4 mails (trial: nothing was written)" in said
    assert "3 filed" in said
    assert "1 skipped (no_mail)" in said
    assert not Incoming.objects.exists()
    assert not Ticket.objects.exists()


def test_a_trial_says_what_would_stop_a_mail(run_import: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        raise ValueError

    monkeypatch.setattr(importing, "read", poisoned)
    assert "1 quarantined (unexpected)" in run_import(dated(8), options=("--dry-run",))
    assert not Incoming.objects.exists()


def test_the_report_says_where_the_trouble_is_and_nothing_of_what_mails_say(
    run_import: Import, tmp_path: Path, keyring: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = [dated(8, subject="canary"), NO_MAIL, dated(9, text=""), dated(10)]
    read = line.read

    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        if b"10 Jan" in sealed.raw:
            raise ValueError("canary")
        return read(sealed, now=now)

    monkeypatch.setattr(importing, "read", poisoned)
    said = run_import(*raws)
    assert "1 skipped (no_mail)" in said
    assert "1 quarantined (unexpected)" in said
    assert f"{tmp_path / 'archive'}, mail 2, at byte" in said
    assert "mail 4, at byte" in said
    assert "canary" not in said
    assert not any(word in said for word in (ANA, "user.example"))
    assert Incoming.objects.get(state="quarantined").read() == raws[3]


def test_trouble_of_ours_is_for_the_next_run(run_import: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def later(sealed: Sealed, *, now: datetime) -> Accepted:
        raise TryLater("gpg_timeout")

    raw = dated(8)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "read", later)
        said = run_import(raw)
    assert "1 later (gpg_timeout)" in said
    assert "run the same again" in said
    assert not Incoming.objects.exists()
    assert "1 filed" in run_import(raw)


@pytest.mark.parametrize("stop", [OSError(28, ""), TryLater("ticket_forgotten"), RuntimeError("canary")])
def test_a_mail_that_cannot_be_filed_leaves_no_half_of_itself(
    run_import: Import, monkeypatch: pytest.MonkeyPatch, stop: Exception
) -> None:
    class Failing:
        def __call__(self, incoming: Incoming, accepted: Accepted, *, wakes: bool) -> None:
            file_mail(incoming, accepted, wakes=wakes)
            raise stop

    monkeypatch.setattr(importing, "file_mail", Failing())
    run_import(dated(8))
    assert not Ticket.objects.exists()
    assert not Message.objects.exists()
    expected = [] if not isinstance(stop, RuntimeError) else ["quarantined"]
    assert list(Incoming.objects.values_list("state", flat=True)) == expected


def test_single_mails_and_what_cannot_be_read_are_told_apart(run_import: Import, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(dated(8))
    assert "1 filed" in run_import(path=tmp_path / "one.eml")
    with pytest.raises(CommandError, match="1 could not be read"):
        run_import(path=tmp_path / "nothing")


def test_a_mail_that_is_too_large_or_gone_is_not_read(
    run_import: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def gone(entry: object) -> bytes:
        raise OSError(5, "")

    with monkeypatch.context() as patch:
        patch.setattr(import_mail, "LARGEST_MAIL", 10)
        assert "1 skipped (too_large)" in run_import(dated(8))
    monkeypatch.setattr(Entry, "read", gone)
    assert "1 later (unreadable)" in run_import(dated(8))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("out", "drawn"), [(Terminal(), "\r[###"), (io.StringIO(), "1/2 mails")])
def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: io.StringIO, drawn: str
) -> None:
    monkeypatch.setattr(import_mail, "LINE_EVERY", 0.0)
    archive = mbox(tmp_path / "archive", dated(8), dated(9))
    call_command("import_mail", str(archive), stdout=io.StringIO(), stderr=out)
    assert drawn in out.getvalue()
    assert "2/2 mails, 0:00 left" in out.getvalue()


def test_what_an_earlier_run_left_in_quarantine_is_named_again(
    run_import: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        raise ValueError

    raw = dated(8)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "read", poisoned)
        run_import(raw)
    said = run_import(raw)
    assert "1 known (in quarantine)" in said
    assert f"{tmp_path / 'archive'}, mail 1, at byte" in said


def test_lines_that_may_have_begun_another_mail_are_counted_and_named(
    run_import: Import, tmp_path: Path
) -> None:
    glued = b"From x Sat Jan  3 01:05:34 2015\nThis is no mail at all.\n"
    archive = mbox(tmp_path / "glued", dated(8) + b"\n" + glued, dated(9))
    said = run_import(path=archive)
    assert "2 mails" in said
    assert f"{archive}, mail 1, at byte 47: 1 line(s) that begin with 'From '" in said
    assert said.splitlines()[-1].startswith("1 line(s)")
