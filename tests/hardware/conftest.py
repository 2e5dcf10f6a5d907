"""Invented reports, one for each era of WhisperBack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.report.facts import Report
from hardware.report.read import read_report

_REPORTS = Path(__file__).parent.parent / "reports"


@pytest.fixture
def report_text() -> Callable[[str], str]:
    """Give the text of an invented report."""
    return lambda name: (_REPORTS / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture
def report(report_text: Callable[[str], str]) -> Callable[[str], Report]:
    """Read an invented report."""

    def read(name: str) -> Report:
        found = read_report(report_text(name))
        assert found is not None
        return found

    return read
