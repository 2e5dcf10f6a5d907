"""Waiting for mail (IMAP IDLE): what comes is kept within seconds, at whichever mailbox, whatever goes wrong between."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.children import start_child
from tests.mail.imap_box import put, source
from tests.mail.letters import mail
from tickets.mail.fetch.source import Source
from tickets.mail.letter import TryLater
from tickets.management.commands import fetch_mail
from tickets.models import Incoming


class Stopped(Exception):  # noqa: N818 - not an error: the end of the watch
    """Ends what runs until it is stopped."""


def until(is_true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _are_kept(count: int) -> Callable[[], bool]:
    return lambda: Incoming.objects.count() == count


@pytest.fixture
def watching(imaps: str, settings: LazySettings) -> Iterator[list[str]]:
    """The command in a process of its own, at two mailboxes; gives them."""
    other = imaps.replace("//", "//other")
    settings.MAIL_IN, settings.MAIL_POLL_SECONDS = [imaps, other], 600
    child = start_child(lambda: call_command("fetch_mail", "--watch"))
    yield [imaps, other]
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_mail_is_kept_within_seconds_whenever_and_wherever_it_comes(watching: list[str]) -> None:
    for count, url in enumerate([*watching, *reversed(watching)], start=1):
        put(url, mail(text=f"number {count}"))
        until(_are_kept(count))


def test_where_there_is_no_imap_there_is_nothing_to_wait_for(settings: LazySettings) -> None:
    settings.MAIL_IN = ["maildir:///nowhere"]
    with pytest.raises(CommandError, match="imaps://"):
        call_command("fetch_mail", "--watch")


@pytest.mark.parametrize("trouble", [TryLater("disk_full"), OSError(), None])
def test_watching_goes_on_whatever_a_look_met(
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: Exception | None,
) -> None:
    looks: list[int] = []

    def fetch() -> int:
        looks.append(len(looks))
        if len(looks) == 3:
            raise Stopped
        if trouble:
            raise trouble
        return 0

    settings.MAIL_IN = ["imaps://desk@mail.example"]
    monkeypatch.setattr(fetch_mail, "fetch_all", fetch)
    monkeypatch.setattr(fetch_mail, "_tell_of_mail", lambda source, news: None)
    monkeypatch.setattr(threading, "Event", AlwaysNews)
    with pytest.raises(Stopped):
        call_command("fetch_mail", "--watch")
    assert capsys.readouterr().err.count("not everything could be fetched") == (2 if trouble else 0)


@pytest.mark.parametrize(
    ("outcomes", "pauses"),
    [
        ([True, False], [fetch_mail.SETTLE] * 2),
        ([TryLater("hung_up"), True], [fetch_mail.PAUSE, fetch_mail.SETTLE]),
        ([TryLater("unreachable")] * 3, [fetch_mail.PAUSE * many for many in (1, 2, 4)]),
        ([None, None], [7, 7]),
    ],
)
def test_every_wait_is_good_for_a_look_and_after_trouble_it_pauses(
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    outcomes: list[bool | Exception | None],
    pauses: list[float],
) -> None:
    left = iter(outcomes)
    slept: list[float] = []
    news = AlwaysNews()

    settings.MAIL_POLL_SECONDS = 7

    def wait(source: Source, waiting: Callable[[], None]) -> bool | None:
        outcome = next(left, Stopped())
        if isinstance(outcome, Exception):
            raise outcome
        waiting()
        return outcome

    monkeypatch.setattr(fetch_mail, "wait_for_mail", wait)
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(Stopped):
        fetch_mail._tell_of_mail(source("imaps://desk@mail.example"), news)
    assert slept == pauses
    assert news.told == len(outcomes)


class AlwaysNews(threading.Event):
    """Nobody waits for it."""

    told = 0

    def wait(self, timeout: float | None = None) -> bool:
        return True

    def set(self) -> None:
        self.told += 1
