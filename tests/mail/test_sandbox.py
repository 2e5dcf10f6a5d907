"""What a child may do, and what becomes of it when it does more."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tickets.mail import sandbox
from tickets.mail.letter import Quarantine
from tickets.mail.sandbox import call_in_child


def test_what_the_child_made_comes_back() -> None:
    assert call_in_child(lambda: b"x" * 5_000_000) == b"x" * 5_000_000


def _exhaust() -> bytes:
    return bytes(10**10)


def _crash() -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def _spin() -> bytes:
    while True:
        pass


def _wait() -> bytes:
    time.sleep(60)
    return b""


def _raise() -> bytes:
    raise RecursionError


@pytest.mark.parametrize("work", [_exhaust, _crash, _raise])
def test_a_child_that_breaks_costs_only_its_mail(work: object) -> None:
    with pytest.raises(Quarantine) as stop:
        call_in_child(work)  # type: ignore[arg-type]
    assert stop.value.reason == "could_not_be_read"


@pytest.mark.parametrize("work", [_spin, _wait])
def test_a_child_that_does_not_end_is_ended(work: object) -> None:
    begun = time.monotonic()
    with pytest.raises(Quarantine):
        call_in_child(work, seconds=0.2)  # type: ignore[arg-type]
    assert time.monotonic() - begun < 5


def test_a_stop_inside_is_a_stop_outside() -> None:
    def stops() -> bytes:
        raise Quarantine("too_large")

    with pytest.raises(Quarantine) as stop:
        call_in_child(stops)
    assert stop.value.reason == "too_large"


def test_a_reason_that_is_no_word_is_not_repeated() -> None:
    def stops() -> bytes:
        raise Quarantine("<script> " * 20)

    with pytest.raises(Quarantine) as stop:
        call_in_child(stops)
    assert stop.value.reason == "could_not_be_read"


def test_a_child_has_no_file_of_ours() -> None:
    reading, writing = os.pipe()

    def listed() -> bytes:
        return " ".join(sorted(os.listdir("/proc/self/fd"))).encode()  # noqa: PTH208 - it must not import

    try:
        # The fifth is the listing's own.
        assert call_in_child(listed) == b"0 1 2 3 4"
    finally:
        os.close(reading)
        os.close(writing)


def test_a_child_writes_no_file(tmp_path: os.PathLike[str]) -> None:
    def writes() -> bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with open(os.path.join(tmp_path, "file"), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"x")
        return b"written"

    with pytest.raises(Quarantine):
        call_in_child(writes)


def test_too_long_an_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "ANSWER_BYTES", 1_000)
    with pytest.raises(Quarantine):
        call_in_child(lambda: b"x" * 2_000)


def test_no_child_is_left_behind() -> None:
    call_in_child(lambda: b"")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
