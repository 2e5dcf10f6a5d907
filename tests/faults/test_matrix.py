"""The table of faults is complete: every test that it names is there, and every test of this folder is in it."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.faults.matrix import MATRIX

TESTS = Path(__file__).resolve().parents[1]


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_row_names_tests_that_are_there() -> None:
    for row, names in MATRIX.items():
        for name in names:
            file, _, test = name.partition("::")
            assert (TESTS / file).is_file(), row
            assert not test or test in _tests_in(TESTS / file), name


def test_every_test_of_a_fault_has_a_row() -> None:
    named = {name for names in MATRIX.values() for name in names}
    found = {
        f"faults/{path.name}::{test}"
        for path in (TESTS / "faults").glob("test_*.py")
        if path.name != "test_matrix.py"
        for test in _tests_in(path)
    }
    assert found <= named, found - named


def test_every_scenario_asserts_all_the_invariants() -> None:
    """Those that only look at the code, or at what is forgotten, have nothing to lose or to send."""
    others = {"test_matrix.py", "test_points.py", "test_forgetting.py"}
    for path in (TESTS / "faults").glob("test_*.py"):
        assert path.name in others or "assert_invariants(" in path.read_text(encoding="utf-8"), path.name
