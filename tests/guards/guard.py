"""A guard: a piece of code that keeps a rule, what stands there when it is gone, and the tests that must miss it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Guard:
    """`rule` names what security.md asks for; `cut` stands in the file exactly once; `tests` is a list with blanks.

    Where the guard is what ends something, `may_hang`: a run without it that does not end misses it.
    """

    rule: str
    file: str
    cut: str
    put: str
    tests: str
    may_hang: bool = False

    @property
    def name(self) -> str:
        """For people: the rule and where it stands."""
        return f"{self.rule} ({self.file})"

    def found(self, root: Path = ROOT) -> int:
        """How often the code to cut stands in its file."""
        path = root / self.file
        return path.read_text("utf-8").count(self.cut) if path.is_file() else 0

    def remove(self, root: Path) -> str:
        """Take it out of a copy of the tree; give the file as it was."""
        path = root / self.file
        whole = path.read_text("utf-8")
        path.write_text(whole.replace(self.cut, self.put), "utf-8")
        return whole
