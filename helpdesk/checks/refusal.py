"""What the system checks say when something is wrong, and the doors that do not open then.

Django runs the checks before its commands; `refuse_unsafe_settings` runs them where the web server and the worker start.
"""

from __future__ import annotations

import sys

from django.core.checks import Error, run_checks

TAG = "whisperdesk"


def refuse_unsafe_settings() -> None:
    """For the web server and the worker: say what is wrong and end (3 is what gunicorn does not try again)."""
    wrong = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if not wrong:
        return
    for message in wrong:
        print(f"({message.id}) {message.msg}", file=sys.stderr)  # noqa: T201 - nothing else speaks to the admin yet
    sys.exit(3)


def refused(number: int, sentence: str) -> Error:
    """What is wrong, by its number, and what to do."""
    return Error(sentence, id=f"{TAG}.E{number:03}")
