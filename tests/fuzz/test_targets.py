"""A little rubbish for every reader, the same in each run, and all the rubbish that ever broke one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

CASES = Path(__file__).parent / "cases"
KEPT = [(target, path) for target in TARGETS for path in sorted(CASES.glob(f"{target.name}-*"))]
BOUNDED = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_rubbish_breaks_no_reader(target: Target) -> None:
    @BOUNDED
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        target.check(data.draw(target.input))

    run()


@pytest.mark.parametrize(("target", "path"), KEPT, ids=[path.name for _, path in KEPT])
def test_what_once_broke_a_reader_does_so_no_more(target: Target, path: Path) -> None:
    target.check(path.read_bytes())
