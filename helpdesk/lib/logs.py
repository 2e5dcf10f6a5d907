"""Log lines that say what went wrong and where, never in the words of the exception: they may be those of a mail."""

from __future__ import annotations

import copy
import logging
import traceback
from collections.abc import Mapping
from types import TracebackType

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Of an exception only its kind and its lines of code, of all that it was raised from too."""

    def format(self, record: logging.LogRecord) -> str:
        """A copy is formatted: another handler may have left its own, talkative, text of the exception in the record."""
        quiet = copy.copy(record)
        quiet.exc_text = None
        if isinstance(quiet.args, Mapping) and "exc" in quiet.args:
            # Celery puts the exception of a task into its sentence.
            quiet.args = {**quiet.args, "exc": str(quiet.args["exc"]).partition("(")[0], "traceback": ""}
        return super().format(quiet)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - its name in the standard library
        """The innermost first, as everywhere."""
        told: list[str] = []
        error = ei[1]
        while error is not None and len(told) < 10:
            told.insert(0, "".join([*traceback.format_tb(error.__traceback__), type(error).__name__]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told)
