"""Every point at which a process can be killed on purpose is in a scenario."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.desk import FORGETTING, IMPORTING, INCOMING, OUTGOING

ROOT = Path(__file__).resolve().parents[2]


def test_every_point_in_the_code_is_tried() -> None:
    found: set[str] = set()
    for package in ("crypto", "hardware", "helpdesk", "stats", "tickets"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(re.findall(r'fault_point\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    assert found == {*INCOMING, *IMPORTING, *OUTGOING, *FORGETTING}
