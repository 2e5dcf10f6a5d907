"""Each danger has one door: ruff is seen to complain elsewhere, and no template goes round the escaping."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
BANNED = RUFF["flake8-tidy-imports"]["banned-api"]
DOORS = {
    "crypto/gnupg.py",
    "helpdesk/lib/web.py",
    "helpdesk/management/commands/prepare.py",
    "tickets/mail/fetch/connection.py",
    "tickets/mail/fetch/imap.py",
    "tickets/mail/reading/reader.py",
    "tickets/mail/reading/sandbox.py",
    "tickets/mail/send.py",
    "tests/**",
}
UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\b")


@pytest.fixture(scope="module")
def complaints() -> str:
    """What ruff says of a page that imports all that is banned."""
    page = "".join(f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}\n" for name in _dotted())
    page += "".join(f"import {name}\n" for name in BANNED)
    program = str(Path(sys.executable).with_name("ruff"))
    command = [program, "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]
    command += ["--stdin-filename", "tickets/desk/page.py", "-"]
    done = subprocess.run(command, cwd=ROOT, input=page.encode(), stdout=subprocess.PIPE, check=False)
    return done.stdout.decode()


@pytest.mark.parametrize("name", BANNED)
def test_a_page_cannot_import_what_has_its_door_elsewhere(complaints: str, name: str) -> None:
    assert f"`{name}` is banned" in complaints


@pytest.mark.parametrize(
    "name",
    [
        *["subprocess", "os.system", "os.execv", "os.execvpe", "os.spawnl", "os.posix_spawnp", "os.forkpty"],
        *["asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "multiprocessing"],
        *["socket", "httpx", "urllib3", "requests", "urllib.request", "http.client"],
        *["pickle", "marshal", "shelve"],
        *["django.utils.safestring.mark_safe", "django.utils.safestring.SafeString"],
        "django.utils.html.format_html",
    ],
)
def test_what_is_dangerous_is_banned(name: str) -> None:
    assert name in BANNED


def test_the_doors_are_these() -> None:
    assert {path for path, codes in RUFF["per-file-ignores"].items() if "TID251" in codes} == DOORS


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.*")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_template_escapes_everything(path: Path) -> None:
    assert UNESCAPED.findall(path.read_text()) == []


def _dotted() -> list[str]:
    return [name for name in BANNED if "." in name]
