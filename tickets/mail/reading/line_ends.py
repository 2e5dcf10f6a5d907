"""Brings a mail whose lines end as on no mail server to the usual form, and one that is UTF-16 to UTF-8."""

from __future__ import annotations

import codecs

_SAMPLE = 64 * 1024


def usual(raw: bytes) -> bytes:
    """The mail as it came when its first lines end as they should; else with the ends that were meant."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    sample = raw[:_SAMPLE]
    first = sample.find(b"\n")
    # Who judges the protection takes a lone CR for a line end as well: so all of them are, or none.
    if first < 0:
        return raw.replace(b"\r", b"\n") if b"\n" not in raw else raw
    if sample[max(first - 2, 0) : first] == b"\r\r":
        return raw.replace(b"\r\r\n", b"\r\n")
    if sample[first + 1 : first + 2] == b"\r" and sample[first + 2 : first + 3] != b"\n":
        return raw.replace(b"\n\r", b"\n")
    return raw
