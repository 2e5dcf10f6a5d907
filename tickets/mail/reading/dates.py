"""Reads when a mail was written, from the forms that mail programs really use; None for what is no date of a mail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

YEARS = range(1990, 2100)

# '2. November 2026 09:12:00 +0100', with a month in any of these languages, by its first letters.
_WRITTEN = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]{1,3}(?:de |d')?(?P<month>[^\W\d_]{3,12})\.?,?[\s-]{1,3}(?:de )?(?P<year>\d{4})"
    r"(?:\D{1,6}(?P<time>\d{1,2}[:.]\d\d(?:[:.]\d\d)?)(?:\s{0,3}(?P<zone>[+-]\d{4}))?)?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen янв січ sty oca", "feb fév fev şub фев лют lut", "mar mär mrt мар бер", "apr avr abr kwi nis апр кві",
            "may mai mei maj mag мая май тра", "jun giu cze haz июн чер", "jul lug lip tem июл лип",
            "aug aoû ago sie ağu авг сер", "sep set wrz eyl сен вер", "oct okt out ott paź eki окт жов",
            "nov lis kas ноя лис", "dec dez dic déc gru ara дек гру",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def read_date(value: str) -> datetime | None:
    """With a zone: that of the mail, or UTC where it has none."""
    date = _standard(value) or _iso(value) or _written(value)
    if date is None or date.year not in YEARS:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _standard(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value.strip().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None


def _written(value: str) -> datetime | None:
    found = _WRITTEN.search(value[:200].lower())
    month = _month(found["month"]) if found else None
    if found is None or month is None:
        return None
    hour, minute, second = [*map(int, re.split("[:.]", found["time"] or "0:0")), 0][:3]
    day = int(found["day"])
    try:
        return datetime(int(found["year"]), month, day, hour, minute, second, tzinfo=_zone(found["zone"]))
    except ValueError:
        return None


def _month(name: str) -> int | None:
    """By three letters; June and July of the French are told apart by the fourth."""
    if name.startswith("jui"):
        return 7 if name.startswith("juil") else 6
    return _MONTHS.get(name[:3])


def _zone(said: str | None) -> timezone:
    """An offset that exists somewhere on earth, else UTC."""
    if said is None or int(said[1:3]) > 14 or int(said[3:]) > 59:
        return UTC
    offset = timedelta(hours=int(said[1:3]), minutes=int(said[3:]))
    return timezone(-offset if said[0] == "-" else offset)
