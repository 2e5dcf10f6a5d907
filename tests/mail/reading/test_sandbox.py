"""What a child may do, and what becomes of it when it does more."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tickets.mail.letter import Quarantine
from tickets.mail.reading import sandbox
from tickets.mail.reading.sandbox import Sandbox

Start = Callable[[str], Sandbox]


@pytest.fixture
def start() -> Iterator[Start]:
    """A sandbox for one of tests/mail/jobs.py."""
    with ExitStack() as stack:
        yield lambda job: stack.enter_context(closing(Sandbox(f"tests.mail.jobs:{job}")))


def test_what_the_child_made_comes_back(start: Start) -> None:
    assert start("repeat").call(b"x" * 5_000_000) == b"x" * 5_000_000


@pytest.mark.parametrize("job", ["exhaust", "crash", "fail", "no_such_job"])
def test_a_child_that_breaks_costs_only_its_mail(start: Start, job: str) -> None:
    with pytest.raises((Quarantine, ConnectionError)) as stop:
        start(job).call(b"x")
    assert str(stop.value) in {
        "could_not_be_read",
        "[Errno 104] Connection reset by peer",
        "[Errno 32] Broken pipe",
    }


@pytest.mark.parametrize("job", ["spin", "wait"])
def test_a_child_that_does_not_end_is_ended(start: Start, job: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Quarantine):
        start(job).call(b"x", seconds=0.3)
    assert time.monotonic() - begun < 5


def test_the_next_mail_is_read_after_one_that_broke_its_child(start: Start) -> None:
    reader = start("lengthen")
    with pytest.raises(Quarantine):
        reader.call(b"no number")
    assert reader.call(b"2") == b"22"


def test_a_reader_that_died_is_replaced(start: Start) -> None:
    reader = start("parent")
    first = int(reader.call(b""))
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    # The child that was forked ahead still serves once; then there is nobody at the socket.
    assert {int(reader.call(b"")) for _ in range(3)}.isdisjoint({first})


def test_a_stop_inside_is_a_stop_outside(start: Start) -> None:
    with pytest.raises(Quarantine) as stop:
        start("stop").call(b"too_large")
    assert stop.value.reason == "too_large"


def test_a_reason_that_is_no_word_is_not_repeated(start: Start) -> None:
    with pytest.raises(Quarantine) as stop:
        start("stop").call(b"<script> " * 20)
    assert stop.value.reason == "could_not_be_read"


def test_a_child_has_no_file_no_setting_and_no_django_of_ours(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for readers")
    reading, writing = os.pipe()
    try:
        files, environment, has_django = start("look_around").call(b"").decode().split("|")
    finally:
        os.close(reading)
        os.close(writing)
    # Three standard streams, the two pipes, and the listing's own.
    assert int(files) <= 6
    assert environment == "['LC_ALL', 'PYTHONPATH']"
    assert has_django == "False"


def test_a_child_writes_no_file(start: Start, tmp_path: Path) -> None:
    with pytest.raises(Quarantine):
        start("write").call(str(tmp_path / "file").encode())
    assert not (tmp_path / "file").exists() or not (tmp_path / "file").read_bytes()


def test_too_long_an_answer_is_none(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "ANSWER_BYTES", 1_000)
    with pytest.raises(Quarantine):
        start("lengthen").call(b"2000")


def test_a_forked_worker_starts_a_reader_of_its_own(start: Start) -> None:
    reader = start("parent")
    first = int(reader.call(b""))
    reader._owner = os.getpid() + 1  # As after a fork: the socket belongs to another process.
    assert int(reader.call(b"")) != first
    os.waitpid(first, 0)
