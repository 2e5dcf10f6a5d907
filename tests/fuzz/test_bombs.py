"""What a stranger can make us do before the sandbox, by the structure of a mail alone: little time, a few copies."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from crypto.structure.parts import encrypted_parts
from crypto.structure.protection import find_protection
from tests.fuzz.bombs import SHAPES

SMALL, BIG = 3_000_000, 30_000_000
SECONDS = 3.0
TIMES, AND = 8, 20_000_000
"""Copies of a mail at once: it, its text, an armor in it, that without its lines, its packets; and what has limits."""
# One of each kind in full size; those that have a limit are no bigger then.
IN_FULL = [
    "folded headers", "parts of a thousand headers", "multiparts around dashes", "multiparts around delimiters that are none",
    "trees", "forwarded mails", "dashes", "armor of two letters", "armor of references", "chunks of one octet", "clear-signed marks",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "size"), [(each, SMALL) for each in SHAPES] + [(each, BIG) for each in IN_FULL]
)
def test_a_bomb_costs_no_more_than_any_mail(name: str, size: int) -> None:
    raw = SHAPES[name](size)
    tracemalloc.start()
    try:
        begun = time.process_time()
        find_protection(raw)
        encrypted_parts(raw)
        seconds = time.process_time() - begun
        memory = len(raw) + tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seconds < SECONDS
    assert memory < TIMES * len(raw) + AND
