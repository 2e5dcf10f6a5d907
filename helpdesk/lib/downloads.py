"""Handing out files that strangers sent: saved by the browser, never shown inside our origin."""

from __future__ import annotations

from csp.constants import HEADER
from django.http import HttpResponse
from django.utils.http import content_disposition_header

HARMLESS_TYPES = frozenset({"image/png", "image/jpeg", "text/plain"})
LONGEST_NAME = 120


def download(content: bytes, *, name: str, declared_type: str = "") -> HttpResponse:
    """An answer that a browser saves under a safe name and cannot be made to run or to show."""
    kind = declared_type if declared_type in HARMLESS_TYPES else "application/octet-stream"
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8" if kind == "text/plain" else kind)
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=safe_name(name)
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers[HEADER] = "sandbox; default-src 'none'"
    return response


def safe_name(name: str) -> str:
    """A file name without paths, control or direction characters (a right-to-left mark hides '.exe'), and not hidden."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>:|?*')
    while len(clean.encode()) > LONGEST_NAME:
        clean = clean[1:]
    return clean.strip(" .") or "file"
