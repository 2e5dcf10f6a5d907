"""The log names what went wrong, and nothing that anybody wrote."""

from __future__ import annotations

import logging

from helpdesk.lib.logs import QuietFormatter


def _line(message: str, *arguments: object, raised: BaseException | None = None) -> str:
    try:
        if raised:
            raise raised
    except ValueError:
        pass
    info = (type(raised), raised, raised.__traceback__) if raised else None
    record = logging.LogRecord("tickets", logging.ERROR, __file__, 1, message, arguments, info)
    logging.Formatter().format(record)  # As another handler does before.
    return QuietFormatter("{levelname} {name}: {message}", style="{").format(record)


def test_a_line_is_a_line() -> None:
    assert _line("%d mails", 3) == "ERROR tickets: 3 mails"


def test_of_an_exception_its_kind_and_place_are_told() -> None:
    told = _line("oh", raised=ValueError("marmalade"))
    assert "marmalade" not in told
    assert told.endswith("ValueError")
    assert "test_logs.py" in told


def test_what_it_was_raised_from_is_told_as_quietly() -> None:
    error = ValueError("marmalade")
    error.__context__ = KeyError("jam")
    told = _line("oh", raised=error)
    assert "KeyError" in told
    assert "jam" not in told
    assert "marmalade" not in told


def test_what_was_hidden_stays_hidden() -> None:
    error = ValueError("marmalade")
    error.__context__ = KeyError("jam")
    error.__suppress_context__ = True
    assert "KeyError" not in _line("oh", raised=error)


def test_a_task_that_fails_is_told_as_quietly() -> None:
    told = _line(
        "Task %(name)s: %(exc)s", {"name": "purge", "exc": "ValueError('marmalade')", "traceback": "x"}
    )
    assert told == "ERROR tickets: Task purge: ValueError"


def test_every_handler_of_the_desk_is_quiet() -> None:
    handlers = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    assert [type(each.formatter) for each in handlers] == [QuietFormatter]
