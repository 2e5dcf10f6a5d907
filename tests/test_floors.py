"""The floors of coverage hold what they say, and say so when there is nothing to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import floors

ROOT = Path(__file__).resolve().parents[1]
WHOLE = {"num_statements": 10, "covered_lines": 10, "num_branches": 2, "covered_branches": 2}
GAP = {**WHOLE, "covered_branches": 1}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, int]]:
    """What coverage found, and one floor for one file."""
    files = {"crypto/a.py": dict(WHOLE), "stats/b.py": dict(WHOLE)}
    monkeypatch.setattr(floors, "_measured", lambda: files)
    monkeypatch.setattr(floors, "FLOORS", {"": 90.0, "crypto/": 100.0})
    return files


def test_what_reaches_its_floors_passes(measured: dict[str, dict[str, int]]) -> None:
    assert floors.main() == 0


def test_a_branch_that_was_not_run_is_below_and_named(
    measured: dict[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    measured["crypto/a.py"] = dict(GAP)
    assert floors.main() == 1
    assert "crypto/a.py" in capsys.readouterr().out


def test_a_gap_where_no_floor_is_may_be(measured: dict[str, dict[str, int]]) -> None:
    measured["stats/b.py"] = dict(GAP)
    assert floors.main() == 0


def test_a_floor_under_nothing_fails(measured: dict[str, dict[str, int]]) -> None:
    del measured["crypto/a.py"]
    assert floors.main() == 1


def test_nothing_measured_at_all_fails(measured: dict[str, dict[str, int]]) -> None:
    measured.clear()
    assert floors.main() == 1


@pytest.mark.parametrize("prefix", [prefix for prefix in floors.FLOORS if prefix])
def test_a_floor_lies_under_something(prefix: str) -> None:
    assert (ROOT / prefix).exists()


def test_the_floors_are_these() -> None:
    whole = {prefix for prefix, floor in floors.FLOORS.items() if floor == 100}
    assert floors.FLOORS[""] >= 95
    assert whole >= {"crypto/", "tickets/access.py", "tickets/mail/"}
