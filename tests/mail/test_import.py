"""`import_mail`: old mail is filed once, silently and in its own time, and the report says what was not understood."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from tests.conftest import DESK_ADDRESS
from tests.keyrings import DESK
from tests.mail.letters import ANA, OTTO, mail, report
from tickets.mail import importing, line
from tickets.mail.archives import Entry
from tickets.mail.file import file_mail
from tickets.mail.importing import ORIGIN
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import Accepted, Sealed, TryLater
from tickets.management.commands import import_mail
from tickets.models import Ciphertext, Event, Incoming, Message, Outgoing, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
NO_MAIL = b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\n\r\ncanary\r\n"
MAILS = Path(__file__).resolve().parents[1] / "mails"
Import = Callable[..., str]


def dated(day: int, **more: str) -> bytes:
    """A mail of January 2020."""
    head = f"Date: Wed, {day} Jan 2020 10:00:00 +0000\n{more.pop('head', '')}"
    return mail(head=head.strip(), **more)


def when(day: int) -> datetime:
    return datetime(2020, 1, day, 10, 0, tzinfo=UTC)


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(
        b"".join(b"From ana@user.example Sat Jan  3 01:05:34 2015\n" + raw + b"\r\n" for raw in mails)
    )
    return path


@pytest.fixture
def run(tmp_path: Path) -> Import:
    """Import these mails, from an mbox; gives the report."""

    def run(*mails: bytes, options: tuple[str, ...] = (), path: Path | None = None) -> str:
        said = io.StringIO()
        archive = path or mbox(tmp_path / "archive", *mails)
        call_command("import_mail", str(archive), *options, stdout=said, stderr=io.StringIO())
        return said.getvalue()

    return run


def message_id(raw: bytes) -> str:
    found = re.search(rb"Message-ID: (<[^>]+>)", raw)
    assert found
    return found[1].decode()


def test_old_mail_is_filed_closed_silently_and_in_its_own_time(run: Import) -> None:
    before = timezone.now()
    assert "1 filed" in run(dated(8))
    ticket, message, incoming = Ticket.objects.get(), Message.objects.get(), Incoming.objects.get()
    assert message.created == ticket.created == when(8)
    assert (ticket.state, ticket.waiting_since) == (Ticket.State.CLOSED, None)
    # It is kept from the day of the import, not forgotten at the next purge.
    assert ticket.closed
    assert ticket.closed >= before
    assert incoming.silent
    assert incoming.state == Incoming.State.FILED
    assert not Outgoing.objects.exists()


def test_a_conversation_comes_in_its_order_wherever_its_mails_lie(run: Import) -> None:
    first = dated(8, text="The first.")
    second = dated(9, text="The second.", head=f"References: {message_id(first)}")
    third = dated(10, text="The third.", head=f"References: {message_id(first)} {message_id(second)}")
    run(third, second, first)
    ticket = Ticket.objects.get()
    assert [message.text for message in ticket.messages.select_related("ticket__key")] == [
        "The first.", "The second.", "The third.",
    ]  # fmt: skip
    assert (ticket.state, ticket.updated) == (Ticket.State.CLOSED, when(10))
    assert not ticket.events.filter(kind=Event.Kind.REOPENED).exists()


def test_a_reply_by_somebody_else_is_a_ticket_of_its_own(run: Import) -> None:
    first = dated(8)
    run(first, dated(9, sender=OTTO, head=f"References: {message_id(first)}"))
    assert Ticket.objects.count() == 2


def test_old_mail_changes_nothing_about_a_ticket_that_is_at_work(run: Import) -> None:
    raw = mail()
    line.process(keep_mail(raw, Origin("test")))
    ticket = Ticket.objects.get()
    run(dated(8, head=f"References: {message_id(raw)}"))
    now = Ticket.objects.get()
    assert now.messages.count() == 2
    assert (now.state, now.waiting_since, now.updated) == (ticket.state, ticket.waiting_since, ticket.updated)


def test_it_may_be_left_open_and_put_into_a_queue(run: Import) -> None:
    other = Queue.objects.create(slug="old", name="Old", address="old@desk.example", fingerprint=DESK)
    run(dated(8), options=("--open", "--queue", "old"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.queue, ticket.waiting_since) == (Ticket.State.OPEN, other, when(8))


def test_a_queue_that_is_not_there_is_named(run: Import) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run(dated(8), options=("--queue", "nowhere"))


def test_a_trial_writes_nothing(run: Import) -> None:
    said = run(dated(8), dated(9), NO_MAIL, dated(10), options=("--dry-run",))
    assert "4 mails (trial: nothing was written)" in said
    assert "3 filed" in said
    assert "1 skipped (no_mail)" in said
    assert not Incoming.objects.exists()
    assert not Ticket.objects.exists()


def test_a_trial_says_what_would_stop_a_mail(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        raise ValueError

    monkeypatch.setattr(importing, "read", poisoned)
    assert "1 quarantined (unexpected)" in run(dated(8), options=("--dry-run",))
    assert not Incoming.objects.exists()


def test_a_second_run_files_nothing_again(run: Import) -> None:
    mails = [dated(8), dated(9)]
    run(*mails)
    assert "2 known" in run(*mails)
    assert Ticket.objects.count() == 2


def test_what_a_mailbox_brought_is_left_to_the_line(run: Import) -> None:
    raw = dated(8)
    keep_mail(raw, Origin("imap", 1, 1))
    assert "1 known" in run(raw)
    assert "1 known" in run(raw.replace(b"\r\n", b"\n"))
    assert Incoming.objects.get().state == Incoming.State.NEW


def test_what_a_mailbox_brings_at_the_same_moment_is_left_to_the_line(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = dated(8)

    def meanwhile(sealed: Sealed, *, now: datetime) -> Accepted:
        keep_mail(raw, Origin("imap", 1, 1))
        return line.read(sealed, now=now)

    monkeypatch.setattr(importing, "read", meanwhile)
    assert "1 known" in run(raw)
    assert not Ticket.objects.exists()


def test_the_report_says_where_the_trouble_is_and_nothing_of_what_mails_say(
    run: Import, tmp_path: Path, keyring: SecretKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = [dated(8, subject="canary"), NO_MAIL, dated(9, text=""), dated(10)]
    read = line.read

    def poisoned(sealed: Sealed, *, now: datetime) -> Accepted:
        if b"10 Jan" in sealed.raw:
            raise ValueError("canary")
        return read(sealed, now=now)

    monkeypatch.setattr(importing, "read", poisoned)
    said = run(*raws)
    assert "1 skipped (no_mail)" in said
    assert "1 quarantined (unexpected)" in said
    assert f"{tmp_path / 'archive'}, mail 2, at byte" in said
    assert "mail 4, at byte" in said
    assert "canary" not in said
    assert not any(word in said for word in (ANA, "user.example"))
    assert Incoming.objects.get(state="quarantined").read() == raws[3]


def test_what_is_set_aside_is_kept_from_today_on(run: Import) -> None:
    run(mail(text="", subject="", head="Date: Wed, 8 Jan 2020 10:00:00 +0000"))
    aside = Incoming.objects.filter(state=Incoming.State.SET_ASIDE)
    assert all(each.received.year > 2020 and each.reason and each.silent for each in aside)
    assert aside.count() + Ticket.objects.count() == 1


def test_trouble_of_ours_is_for_the_next_run(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def later(sealed: Sealed, *, now: datetime) -> Accepted:
        raise TryLater("gpg_timeout")

    raw = dated(8)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "read", later)
        said = run(raw)
    assert "1 later (gpg_timeout)" in said
    assert "run the same again" in said
    assert not Incoming.objects.exists()
    assert "1 filed" in run(raw)


@pytest.mark.parametrize("stop", [OSError(28, ""), TryLater("ticket_forgotten"), RuntimeError("canary")])
def test_a_mail_that_cannot_be_filed_leaves_no_half_of_itself(
    run: Import, monkeypatch: pytest.MonkeyPatch, stop: Exception
) -> None:
    class Failing:
        def __call__(self, incoming: Incoming, accepted: Accepted) -> None:
            file_mail(incoming, accepted)
            raise stop

    monkeypatch.setattr(importing, "file_mail", Failing())
    run(dated(8))
    assert not Ticket.objects.exists()
    assert not Message.objects.exists()
    expected = [] if not isinstance(stop, RuntimeError) else ["quarantined"]
    assert list(Incoming.objects.values_list("state", flat=True)) == expected


def test_answers_of_the_desk_itself_are_counted_and_not_filed(run: Import) -> None:
    assert "1 ours" in run(dated(8, sender=DESK_ADDRESS))
    assert not Ticket.objects.exists()


def test_encrypted_mail_is_opened_and_its_ciphertext_remembered_from_today_on(
    run: Import, keyring: SecretKeyring
) -> None:
    before = timezone.now()
    assert "1 filed" in run((MAILS / "encrypted-question.eml").read_bytes())
    assert Ticket.objects.get().protected
    assert Ciphertext.objects.get().first_seen >= before


def test_an_old_report_is_read_at_once(run: Import) -> None:
    run(dated(8, text=report()))
    message = Message.objects.select_related("ticket__key").get()
    assert message.report["tails_version"] == "7.1"
    assert not message.report_due


def test_single_mails_and_what_cannot_be_read_are_told_apart(run: Import, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(dated(8))
    assert "1 filed" in run(path=tmp_path / "one.eml")
    assert "cannot be read" in run(path=tmp_path / "nothing")


def test_a_mail_that_is_too_large_or_gone_is_not_read(
    run: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def gone(entry: object) -> bytes:
        raise OSError(5, "")

    with monkeypatch.context() as patch:
        patch.setattr(import_mail, "LARGEST_MAIL", 10)
        assert "1 skipped (too_large)" in run(dated(8))
    monkeypatch.setattr(Entry, "read", gone)
    assert "1 later (unreadable)" in run(dated(8))


def test_all_has_one_origin(run: Import) -> None:
    run(dated(8))
    assert Incoming.objects.get().mailbox == ORIGIN.mailbox


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
