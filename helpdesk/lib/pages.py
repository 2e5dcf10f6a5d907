"""Pages of a long list that never count it: one row more than shown says whether there is a next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

LAST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and whether there are others before and after."""

    rows: Sequence[Row]
    number: int
    has_next: bool

    @property
    def previous(self) -> int | None:
        """Number of the page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """Number of the page after, if any."""
        return self.number + 1 if self.has_next else None


def page_of(rows: QuerySet[Row], asked: str, *, size: int) -> Page[Row]:
    """The page that was asked for; what is no page number means the first."""
    number = min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and asked.strip("0") else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(rows=found[:size], number=number, has_next=len(found) > size)
