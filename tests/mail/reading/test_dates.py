"""When a mail was written, in the forms that mail programs use."""

from __future__ import annotations

import pytest

from tickets.mail.reading.dates import read_date


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Mon, 2 Nov 2026 09:12:00 +0100", "2026-11-02T09:12:00+01:00"),
        ("2 Nov 26 09:12 GMT", "2026-11-02T09:12:00+00:00"),
        ("Mon, 2 Nov 2026 09:12:00", "2026-11-02T09:12:00+00:00"),
        ("Mon Nov  2 09:12:00 2026", "2026-11-02T09:12:00+00:00"),
        ("Mon, 2 Nov 2026 09.12.00 +0100", "2026-11-02T09:12:00+01:00"),
        ("2026-11-02T09:12:00Z", "2026-11-02T09:12:00+00:00"),
        ("2026-11-02 09:12:00 +0100", "2026-11-02T09:12:00+01:00"),
        ("2026-11-02 09:12:00 -0330", "2026-11-02T09:12:00-03:30"),
        ("Montag, 2. November 2026 09:12:00 +0100", "2026-11-02T09:12:00+01:00"),
        ("lun., 2 nov. 2026 09:12:00 -0330", "2026-11-02T09:12:00-03:30"),
        ("lunes, 2 de noviembre de 2026, 9:12", "2026-11-02T09:12:00+00:00"),
        ("mar. 7 juil. 2026 à 09:12", "2026-07-07T09:12:00+00:00"),
        ("mar. 9 juin 2026", "2026-06-09T00:00:00+00:00"),
        ("Пн, 2 ноя 2026 09:12:00 +0300", "2026-11-02T09:12:00+03:00"),
        ("Mon, 2 Nov 2026 09:12:00 +9999", "2026-11-02T09:12:00+00:00"),
        ("Fri, 01 Jan 1904 00:00:00 +0000", None),
        ("Mon, 32 Nov 2026 09:12:00 +0000", None),
        ("Mon, 2 Foo 2026 09:12:00", None),
        ("Mon, 2 Nov 2026 25:61:00 +0000", None),
        ("garbage", None),
        ("", None),
        ("2 nov " * 1000, None),
    ],
)
def test_a_date_is_read_or_is_none(value: str, date: str | None) -> None:
    read = read_date(value)
    assert (read.isoformat() if read else None) == date
