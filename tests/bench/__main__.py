"""`python -m tests.bench`: everything in one run, printed as it comes."""

from __future__ import annotations

import shutil
import time

from tests.bench import desk, known_keys, mail_line, many_mails, memory, pages


def main() -> None:
    """Each part leaves its rows in one throw-away database."""
    started = time.monotonic()
    directory = desk.set_up()
    try:
        for part in (mail_line, many_mails, known_keys, pages, memory):
            part.measure(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"\n{time.monotonic() - started:.0f} s in all")


main()
