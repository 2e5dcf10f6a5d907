"""`python -m tests.guards [WORDS]`: remove each guard by itself, in a copy of the tree, and see a test miss it.

With words, only guards whose rule or file holds one of them; with `--sample N`, N of them, others for each commit.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue

from tests.guards.guard import ROOT, Guard
from tests.guards.table import GUARDS

SECONDS = 180
_PLUGINS = ("-p", "pytest_django.plugin", "-p", "pytest_socket", "-p", "pytest_timeout", "-p", "time_machine")
# What pytest says: all passed, some failed. Anything else is trouble with the table, not with the guard.
_PASSED, _FAILED = 0, 1
_ENDLESS = -1


def main() -> int:
    """0 when every guard is missed by a test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    given = parser.parse_args()
    chosen = _chosen(given.words, given.sample)
    begun = time.monotonic()
    with _copies(os.cpu_count() or 1) as copies:
        if _passes(copies[0], sorted({test for guard in chosen for test in guard.tests.split()})) != _PASSED:
            print("The tests fail with every guard in its place: nothing can be shown.")
            return 2
        wrong = [said for said in _tried(chosen, copies) if said]
    print(
        f"{len(chosen)} guards removed, {len(chosen) - len(wrong)} missed, {time.monotonic() - begun:.0f} s"
    )
    for said in wrong:
        print(said)
    return 1 if wrong else 0


def _chosen(words: Sequence[str], sample: int) -> list[Guard]:
    matching = [each for each in GUARDS if not words or any(word in each.name for word in words)]
    if not sample or sample >= len(matching):
        return matching
    return random.Random(_commit()).sample(matching, sample)


def _commit() -> str:
    """What is checked out, so that the same commit always has the same result; empty where there is no git."""
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    return asked.stdout.decode().strip() if asked.returncode == 0 else ""


@contextmanager
def _copies(count: int) -> Iterator[list[Path]]:
    """Copies of what git knows and of what is new, without the data of a desk."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    with tempfile.TemporaryDirectory(prefix="wdg") as folder:
        copies = [Path(folder) / str(number) / "whisperdesk" for number in range(count)]
        for copy in copies:
            for name in names:
                if name and (ROOT / name).is_file():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / name, copy / name)
            # Found again by what they were made of: by time and size, a changed file could pass for the old one.
            compileall.compile_dir(copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        yield copies


def _tried(guards: Sequence[Guard], copies: Sequence[Path]) -> Iterator[str]:
    """What is wrong with each guard, in order; nothing when a test misses it. As many at once as there are copies."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def attempt(guard: Guard) -> str:
        copy = free.get()
        try:
            return _attempt(guard, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as workers:
        for number, (guard, said) in enumerate(zip(guards, workers.map(attempt, guards), strict=True), 1):
            print(f"{number:>4}/{len(guards)} {'ok ' if not said else 'BAD'} {guard.name}", flush=True)
            yield said


def _attempt(guard: Guard, copy: Path) -> str:
    if guard.found(copy) != 1:
        return f"not there exactly once: {guard.name}"
    whole = guard.remove(copy)
    try:
        code = _passes(copy, guard.tests.split())
    finally:
        (copy / guard.file).write_text(whole, "utf-8")
    if code == _PASSED:
        return f"no test misses it: {guard.name}"
    if code == _FAILED or (code == _ENDLESS and guard.may_hang):
        return ""
    why = "they did not end" if code == _ENDLESS else f"pytest said {code}"
    return f"its tests could not be run, {why}: {guard.name}"


def _passes(copy: Path, tests: Sequence[str]) -> int:
    """pytest's return code, stopped at the first failure, or that it did not end: no test may end for want of time."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    # A third of the time of a short run went into others.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *_PLUGINS]
    command += ["--timeout=0", "-m", "not (servers or browser or faults or shared)", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _ENDLESS
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
