"""The table of guards fits the code: what it would cut is there, once, and so are the tests that would miss it."""

from __future__ import annotations

import ast

import pytest

from tests.guards.guard import ROOT, Guard
from tests.guards.table import GUARDS


@pytest.mark.parametrize("guard", GUARDS, ids=lambda each: each.name)
def test_a_guard_stands_exactly_once_in_its_file(guard: Guard) -> None:
    assert guard.found() == 1


@pytest.mark.parametrize("guard", GUARDS, ids=lambda each: each.name)
def test_without_a_guard_its_file_is_still_python(guard: Guard) -> None:
    assert guard.cut != guard.put
    ast.parse((ROOT / guard.file).read_text("utf-8").replace(guard.cut, guard.put))


def test_every_guard_has_a_name_of_its_own_and_tests_that_are_there() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
    missing = {test for guard in GUARDS for test in guard.tests.split() if not (ROOT / test).is_file()}
    assert not missing
