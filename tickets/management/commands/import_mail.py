"""`manage.py import_mail PATH…`: files old mail from mbox files, Maildirs and single files, silently and once."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.utils import timezone

from tickets.mail.archives import HEAD_BYTES, Entry, find_files, find_mails, holds_no_mail
from tickets.mail.fetch.connection import LARGEST_MAIL
from tickets.mail.importing import IN_QUARANTINE, Outcome, Result, Wish, import_mail
from tickets.models import Queue

WIDTH = 30
LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw on."""
TO_LOOK_AT = frozenset({Outcome.QUARANTINED, Outcome.LATER, Outcome.SKIPPED})
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Command(BaseCommand):
    """May be stopped at any moment and started again: what is here already is known by its bytes."""

    help = (
        "File old mail from mbox files, Maildirs (also directories of them) and single mails. Nobody gets automatic"
        " mail because of it, and its tickets are closed; it may be stopped and started again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The archives, and how their mail is filed."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--queue", default="", help="file all of it into this queue")
        parser.add_argument("--open", action="store_true", help="leave the new tickets open")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would become of it, and write nothing"
        )

    def handle(self, *, paths: list[Path], queue: str, dry_run: bool, **options: object) -> None:
        """Find all mails first, so that a conversation comes in its order wherever its mails lie."""
        wish = Wish(_queue(queue), stays_open=bool(options["open"]), is_trial=dry_run)
        entries, failed = _in_order(paths, timezone.now())
        unread = len(failed)
        bar = Progress(len(entries), self.stderr)
        counts: Counter[Result] = Counter()
        for entry in entries:
            result = _import(entry, wish)
            counts[result] += 1
            if result.outcome in TO_LOOK_AT or result.reason == IN_QUARANTINE:
                failed.append(f"{_place(entry)}: {result.outcome.value}, {result.reason}")
            if entry.doubtful:
                failed.append(f"{_place(entry)}: {_doubt(entry.doubtful)}")
            bar.step()
        bar.end()
        self._report(counts, failed, is_trial=dry_run)
        doubtful = sum(entry.doubtful for entry in entries)
        if doubtful:
            self.stdout.write(_doubt(doubtful))
        if unread:
            raise CommandError(f"{unread} could not be read at all; see above.")

    def _report(self, counts: Counter[Result], failed: list[str], *, is_trial: bool) -> None:
        """What became of them: numbers, words of rules and places, and never what a mail says."""
        self.stdout.write(f"{counts.total()} mails{' (trial: nothing was written)' if is_trial else ''}")
        for result, count in sorted(
            counts.items(), key=lambda each: (-each[1], each[0].outcome, each[0].reason)
        ):
            reason = f" ({result.reason})" if result.reason else ""
            self.stdout.write(f"{count:8} {result.outcome.value}{reason}")
        for line in failed:
            self.stdout.write(f"  {line}")
        if any(result.outcome is Outcome.LATER for result in counts):
            self.stdout.write(
                "Some could not be filed now: mend what their reason says and run the same again."
            )


class Progress:
    """A bar on a terminal, or else a line now and then."""

    def __init__(self, total: int, out: OutputWrapper) -> None:
        self.total, self.done, self.out = total, 0, out
        self.began = self.said = time.monotonic()
        self.draws = out.isatty()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        now = time.monotonic()
        if now - self.said >= (0.1 if self.draws else LINE_EVERY):
            self.said = now
            self._say(now)

    def end(self) -> None:
        """Draw it full."""
        if self.draws and self.total:
            self._say(time.monotonic())
            self.out.write("")

    def _say(self, now: float) -> None:
        rest = int((now - self.began) / max(self.done, 1) * (self.total - self.done))
        words = f"{self.done}/{self.total} mails, {rest // 60}:{rest % 60:02} left"
        filled = WIDTH * self.done // max(self.total, 1)
        bar = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {words}\x1b[K"
        self.out.write(bar if self.draws else words, str, "" if self.draws else "\n")
        self.out.flush()


def _in_order(paths: list[Path], now: datetime) -> tuple[list[Entry], list[str]]:
    """Oldest first; one without a date follows the mail before it in its file."""
    found: list[tuple[datetime, Entry]] = []
    failed: list[str] = []
    for file in (file for path in paths for file in find_files(path)):
        latest = _LONG_AGO
        try:
            for entry in find_mails(file, now=now):
                latest = entry.dated or latest
                found.append((latest, entry))
        except OSError as error:
            failed.append(f"{file}: cannot be read ({error.strerror})")
    return [entry for _, entry in sorted(found, key=lambda each: each[0])], failed


def _import(entry: Entry, wish: Wish) -> Result:
    if entry.size > LARGEST_MAIL:
        return Result(Outcome.SKIPPED, "too_large")
    try:
        raw = entry.read()
    except OSError:
        return Result(Outcome.LATER, "unreadable")
    if holds_no_mail(raw[:HEAD_BYTES]):
        return Result(Outcome.SKIPPED, "no_mail")
    return import_mail(raw, dated=entry.dated, wish=wish)


def _doubt(count: int) -> str:
    return (
        f"{count} line(s) that begin with 'From ' were taken for the text of the mail before them; if other mails begin"
        " there, they are lost in it"
    )


def _place(entry: Entry) -> str:
    return f"{entry.path}, mail {entry.number}, at byte {entry.start}"


def _queue(slug: str) -> Queue | None:
    if not slug:
        return None
    try:
        return Queue.objects.get(slug=slug)
    except Queue.DoesNotExist:
        raise CommandError(f"There is no queue {slug!r}.") from None
