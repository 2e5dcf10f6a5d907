"""Each import contract is seen to complain when it is broken, and none of our modules is outside of them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("helpdesk", "stats", "tickets", "hardware", "crypto")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

OFFENCES = [
    ("packages", "tickets/access.py", "import stats.counts"),
    ("packages", "crypto/sealing.py", "import tickets.models"),
    ("packages", "crypto/verdict.py", "import hardware.report.read"),
    ("packages", "hardware/report/read.py", "import crypto.verdict"),
    ("packages", "helpdesk/lib/http.py", "import tickets.models"),
    ("tickets", "tickets/models/ticket.py", "import tickets.access"),
    ("tickets", "tickets/access.py", "import tickets.actions.close"),
    ("tickets", "tickets/actions/close.py", "import tickets.mail.file"),
    ("tickets", "tickets/mail/file.py", "import tickets.desk.forms"),
    ("tickets", "tickets/desk/forms.py", "import tickets.tasks"),
    ("tickets", "tickets/unplaced.py", "import os"),
    ("tickets", "tickets/language.py", "import tickets.models"),
    ("line", "tickets/mail/parse.py", "import tickets.mail.file"),
    ("line", "tickets/mail/open.py", "import tickets.mail.classify"),
    ("line", "tickets/mail/unplaced.py", "import os"),
    ("reading", "tickets/mail/reading/limits.py", "import tickets.mail.reading.body"),
    ("reading", "tickets/mail/reading/unplaced.py", "import os"),
    ("crypto", "crypto/unplaced.py", "import os"),
    ("crypto", "crypto/gnupg.py", "import crypto.openpgp"),
    ("crypto", "crypto/sealing.py", "import crypto.vault"),
    ("correspondents", "crypto/correspondents/certificates.py", "import crypto.correspondents.history"),
    ("correspondents", "crypto/correspondents/unplaced.py", "import os"),
    ("own_keys", "tickets/own_keys/published.py", "import tickets.own_keys.care"),
    ("own_keys", "tickets/own_keys/unplaced.py", "import os"),
    ("pure", "hardware/report/read.py", "import django.utils.timezone"),
    ("pure", "crypto/openpgp.py", "import crypto.models"),
    ("pure", "tickets/mail/rules.py", "import tickets.models"),
    ("gpg", "tickets/mail/open.py", "import crypto.gnupg"),
    ("gpg", "crypto/keys.py", "import crypto.gnupg"),
    ("pages", "tickets/desk/conversation/answers.py", "import crypto.openpgp"),
    ("pages", "tickets/desk/conversation/answers.py", "import crypto.sealing"),
    ("pages", "tickets/desk/rows.py", "import tickets.retention"),
    ("pages", "helpdesk/views.py", "import tickets.mail.line"),
    ("pages", "helpdesk/views.py", "import crypto.verdict"),
    ("pages", "helpdesk/context.py", "import crypto.vault"),
    ("pages", "stats/counts.py", "import crypto.fields"),
    ("readers", "hardware/report/usb.py", "import hardware.report.pci"),
    ("readers", "hardware/report/unplaced.py", "import os"),
    ("cycles", "crypto/errors.py", "import crypto.verdict"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages without data and caches, to be broken."""
    directory = tmp_path_factory.mktemp("layers")
    only_code = shutil.ignore_patterns("static", "locale", "reports", "__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, directory / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


@pytest.mark.parametrize(("contract", "file", "line"), OFFENCES)
def test_an_offending_import_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / file
    before = path.read_bytes() if path.exists() else None
    path.write_bytes((before or b"") + f"\n{line}\n".encode())
    try:
        said = _lint(copy, contract)
    finally:
        path.unlink() if before is None else path.write_bytes(before)
    assert "1 broken" in said


@pytest.mark.parametrize("contract", [contract["id"] for contract in CONTRACTS])
def test_a_contract_holds_and_has_an_offence_to_try(copy: Path, contract: str) -> None:
    assert "1 kept, 0 broken" in _lint(copy, contract)
    assert contract in {offence[0] for offence in OFFENCES}


def test_no_package_is_outside_the_map() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert found <= {*PACKAGES, "shifts"}


def test_every_module_of_the_wiring_has_its_layer() -> None:
    layers = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "packages")
    placed = {name.strip() for layer in layers for name in layer.replace("|", ":").split(":")}
    found = {f"helpdesk.{path.stem}" for path in (ROOT / "helpdesk").glob("*.py") if path.stem != "__init__"}
    found |= {f"helpdesk.{path.parent.name}" for path in (ROOT / "helpdesk").glob("*/__init__.py")}
    assert found - {"helpdesk.migrations"} <= placed


@pytest.mark.parametrize(
    "path",
    [*(ROOT / "tickets" / "desk").glob("*.py"), ROOT / "helpdesk" / "views.py"],
    ids=lambda path: path.stem,
)
def test_a_page_gets_its_rows_from_access(path: Path) -> None:
    """`Queue.objects.none()` is how a form begins; anything else would go round tickets/access.py."""
    tree = ast.parse(path.read_text())
    begins = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "none"
    }
    managers = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "objects"]
    assert [node.lineno for node in managers if id(node) not in begins] == []


def _lint(directory: Path, contract: str) -> str:
    program = str(Path(sys.executable).with_name("lint-imports"))
    command = [program, "--no-logo", "--no-cache", "--contract", contract]
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, check=False)
    return done.stdout.decode()
