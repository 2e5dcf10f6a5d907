"""README.md and its page about mail name tests, files, settings and commands that are there, and every setting that is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
BOTH = README + (ROOT / "helpdesk" / "docs" / "mail.md").read_text()
SOURCES = [
    path for path in (ROOT / "helpdesk").rglob("*.py") if "settings" in path.relative_to(ROOT).as_posix()
]
SETTINGS = {name for path in SOURCES for name in re.findall(r'env\.\w+\(\s*"(\w+)"', path.read_text())}
PLACES = re.findall(r"`((?:tests|helpdesk|tickets|crypto|hardware|stats)/[\w./*]*)`", BOTH)


@pytest.mark.parametrize("place", sorted(set(PLACES)))
def test_a_place_that_is_named_is_there(place: str) -> None:
    assert list(ROOT.glob(place.rstrip("/")))


def test_every_setting_is_explained() -> None:
    assert "MAIL_IN" in SETTINGS
    table = README[README.index("### Settings") : README.index("## Words")]
    assert {name for name in SETTINGS if f"`{name}`" not in table} == set()


def test_the_example_sets_only_what_there_is() -> None:
    names = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(names) <= SETTINGS


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`?(?:manage\.py|By hand\*\*:) `?(\w+)", BOTH))))
def test_a_command_that_is_named_is_there(command: str) -> None:
    assert list(ROOT.glob(f"*/management/commands/{command}.py"))
