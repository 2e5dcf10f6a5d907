"""The reader process one function at a time, in this process: what it forks, and how its children end."""

from __future__ import annotations

import gc
import os
import resource
import runpy
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.mail import jobs
from tickets.mail.reading import reader
from tickets.mail.reading.sandbox import CONTROL, DONE, LIMITS, STOPPED

ENOUGH = LIMITS.pack(20.0, 1_000_000)


class Ended(BaseException):
    """Stands for the end of a child."""


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What a child said at its end; only the first ends a real one."""
    said: list[int] = []

    def end(code: int) -> None:
        said.append(code)
        raise Ended

    monkeypatch.setattr(os, "_exit", end)
    return said


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The worker's end of the socket; the child closes its own."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    monkeypatch.setattr(reader, "CONTROL", its.detach())
    with ours:
        yield ours


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[object, object]:
    """Limits and signals are noted instead of set: they would be ours."""
    noted: dict[object, object] = {}
    monkeypatch.setattr(resource, "setrlimit", noted.__setitem__)
    monkeypatch.setattr(signal, "signal", noted.__setitem__)
    monkeypatch.setattr(
        signal, "setitimer", lambda which, seconds: noted.__setitem__("clock", (which, seconds))
    )
    return noted


def given(request: bytes) -> tuple[int, int, int]:
    """The two ends that a child is given, the request waiting in the first, and where its answer is read."""
    (request_end, writing), (reading, answer_end) = os.pipe(), os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(request)
    return request_end, answer_end, reading


def read(end: int) -> bytes:
    with os.fdopen(end, "rb") as pipe:
        return pipe.read()


@pytest.mark.parametrize(
    ("job", "request_", "answer"),
    [(jobs.repeat, b"words", DONE + b"words"), (jobs.stop, b"too_large", STOPPED + b"too_large")],
)
def test_work_is_answered_through_the_pipe(
    limits: dict[object, object], job: reader.Job, request_: bytes, answer: bytes
) -> None:
    request_end, answer_end, reading = given(request_)
    reader._work(job, request_end, answer_end)
    assert read(reading) == answer


def test_a_child_limits_itself_before_it_reads(limits: dict[object, object]) -> None:
    own = reader._own_address_space()
    reader._limit(2.5, 1_000_000, own)
    assert limits["clock"] == (signal.ITIMER_REAL, 2.5)
    assert limits[signal.SIGALRM] == signal.SIG_DFL
    assert limits[resource.RLIMIT_CORE] == limits[resource.RLIMIT_FSIZE] == (0, 0)
    assert limits[resource.RLIMIT_NOFILE] == (reader.FILES, reader.FILES)
    assert limits[resource.RLIMIT_CPU] == (2, 2)
    space = limits[resource.RLIMIT_AS]
    assert isinstance(space, tuple)
    assert own + 1_000_000 <= space[0] < own + 500_000_000


@pytest.mark.enable_socket  # A socket that was inherited does not say that it is no network.
def test_a_child_that_did_its_work_ends_well(
    codes: list[int], worker: socket.socket, limits: dict[object, object]
) -> None:
    request_end, answer_end, reading = given(b"words")
    socket.send_fds(worker, [ENOUGH], [request_end, answer_end])
    os.close(request_end)
    os.close(answer_end)
    news, told = os.pipe()
    with pytest.raises(Ended):
        reader._be_the_child(jobs.repeat, lambda: None, told)
    assert codes == [0]
    assert read(news) == b""
    assert read(reading) == DONE + b"words"


@pytest.mark.enable_socket  # A socket that was inherited does not say that it is no network.
def test_a_child_without_work_says_so_and_ends(codes: list[int], worker: socket.socket) -> None:
    worker.shutdown(socket.SHUT_WR)
    news, told = os.pipe()
    with pytest.raises(Ended):
        reader._be_the_child(jobs.repeat, lambda: None, told)
    os.close(told)
    assert codes[0] == 0
    assert read(news) == reader._END


def test_a_child_that_fails_ends_badly_and_never_returns(codes: list[int]) -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(Ended):
        reader._be_the_child(jobs.repeat, fail, -1)
    assert codes == [1]


@pytest.mark.parametrize(("news", "goes_on"), [(b"", True), (reader._END, False)])
def test_the_reader_goes_on_until_there_is_no_more_work(
    monkeypatch: pytest.MonkeyPatch, news: bytes, goes_on: bool
) -> None:
    children: list[int] = []
    fork, end = os.fork, os._exit

    def forked() -> int:
        children.append(fork())
        return children[-1]

    def be_the_child(job: object, touch: object, told: int) -> None:
        os.write(told, news)
        end(0)

    monkeypatch.setattr(os, "fork", forked)
    monkeypatch.setattr(reader, "_be_the_child", be_the_child)
    assert reader._fork_one(jobs.repeat, lambda: None) is goes_on
    os.waitpid(children[0], 0)


def test_a_forked_child_has_only_its_own_end(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[int, int]] = []
    pipe = os.pipe

    def noted() -> tuple[int, int]:
        opened.append(pipe())
        return opened[-1]

    def be_the_child(job: object, touch: object, told: int) -> None:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(opened[0][0])
        os.close(told)
        raise Ended

    monkeypatch.setattr(os, "pipe", noted)
    monkeypatch.setattr(os, "fork", lambda: 0)
    monkeypatch.setattr(reader, "_be_the_child", be_the_child)
    with pytest.raises(Ended):
        reader._fork_one(jobs.repeat, lambda: None)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, limits: dict[object, object]) -> list[tuple[int, int]]:
    """The whole reader may run here: it closes no file of ours and freezes nothing; gives what it would have closed."""
    closed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "closerange", lambda first, end: closed.append((first, end)))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    return closed


def test_the_reader_closes_what_is_open_and_serves_to_the_end(
    monkeypatch: pytest.MonkeyPatch, alone: list[tuple[int, int]], limits: dict[object, object]
) -> None:
    served: list[reader.Job] = []

    def fork_one(job: reader.Job, touch: object) -> bool:
        served.append(job)
        return len(served) < 3

    monkeypatch.setattr(reader, "_fork_one", fork_one)
    reader.main("tests.mail.jobs:repeat")
    assert served == [jobs.repeat] * 3
    assert alone == [(CONTROL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])]
    assert limits == {signal.SIGCHLD: signal.SIG_IGN, signal.SIGINT: signal.SIG_IGN}


def test_the_reader_is_a_program(monkeypatch: pytest.MonkeyPatch, alone: list[tuple[int, int]]) -> None:
    def fork() -> int:
        raise Ended

    monkeypatch.setattr(sys, "argv", ["reader", "tests.mail.jobs:repeat"])
    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(Ended):
        runpy.run_path(reader.__file__, run_name="__main__")


def test_a_child_that_is_long_at_its_work_does_not_hold_up_the_next() -> None:
    held, release = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(release)
        os.read(held, 1)
        os._exit(0)
    reader._let_it_work(child)
    assert os.waitpid(child, os.WNOHANG) == (0, 0)
    os.close(release)
    os.waitpid(child, 0)
    os.close(held)


def test_a_child_that_is_gone_is_not_waited_for() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    reader._let_it_work(child)
