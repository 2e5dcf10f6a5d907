"""Names of attached files, safe to store and to offer: no path, no control or direction characters, never empty."""

from __future__ import annotations

import unicodedata

from tickets.mail.reading import charsets, headers, limits, words
from tickets.mail.reading.mime import Part

_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/calendar": ".ics",
    "video/quicktime": ".mov",
    "video/mp4": ".mp4",
    "text/x-amp-html": ".html",
    "text/csv": ".csv",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/mac-binhex40": ".hqx",
    "message/partial": ".eml",
}
# What a part is called that has one name only, whoever sends it.
_CALLED = {
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pgp-signature": "signature.asc",
}


def name_of(part: Part, nested_subject: str = "") -> str:
    """The name to keep a part under: what the sender calls it, else what it is."""
    for said in (
        _parameter(part, "filename", "content-disposition"),
        _parameter(part, "name", "content-type"),
    ):
        if name := safe_name(said):
            return name
    return safe_name(_described(part, nested_subject)) or "file"


def safe_name(said: str) -> str:
    """The last component of a name, of harmless characters, at most 120 bytes with its ending kept; maybe ''."""
    name = said.strip(' "').replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = "".join(character for character in name if unicodedata.category(character) not in _UNSAFE)
    name = name.strip()
    if not name.strip(". "):
        return ""
    return _short(name)


# Controls, format characters (among them those that turn the direction of text), halves, unassigned, private use.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def numbered(name: str, taken: set[str]) -> str:
    """The name, or the name with a number before its endings (a1.tar.gz) when it is taken; adds it to `taken`."""
    stem, dot, ending = name.partition(".") if name.find(".") > 0 else (name, "", "")
    number = 0
    free = name
    while free in taken:
        number += 1
        free = f"{stem}{number}{dot}{ending}"
    taken.add(free)
    return free


def _short(name: str) -> str:
    if len(name.encode()) <= limits.NAME_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending.encode()) <= 16 else ""
    room = limits.NAME_BYTES - len(tail.encode())
    return name.encode()[:room].decode("utf-8", "ignore").rstrip() + tail


def _parameter(part: Part, name: str, header: str) -> str:
    """A parameter decoded by RFC 2231, or by RFC 2047 where senders use that instead, or as raw bytes."""
    try:
        value = part.headers.get_param(name, "", header)
    except (ValueError, TypeError, AttributeError, IndexError, LookupError):
        return ""
    if isinstance(value, tuple):
        return charsets.decode(value[2].encode("latin-1", "replace"), value[0] or "")
    return words.decoded(str(value or ""))


def _described(part: Part, nested_subject: str) -> str:
    ending = _ENDINGS.get(part.type, "")
    if part.type == "message/rfc822":
        subject = nested_subject.replace("/", " ").replace("\\", " ")
        return f"{subject or _description(part) or 'message'}{ending}"
    if part.type == "message/delivery-status":
        return f"{_description(part) or 'delivery-status'}{ending}"
    if location := _location(part) or _identified(part, is_known=bool(ending)):
        return location
    if not ending:
        return _CALLED.get(part.type, "file")
    return _KINDS.get(part.type.partition("/")[0], "file") + ending


_KINDS = {"image": "image", "video": "video", "audio": "audio", "text": "document"}


def _description(part: Part) -> str:
    return headers.text_of(part.headers, "content-description").replace("/", " ")


def _location(part: Part) -> str:
    location = headers.text_of(part.headers, "content-location")
    return "" if ":" in location or "?" in location else location


def _identified(part: Part, *, is_known: bool) -> str:
    """The file name that some programs make a Content-ID of: 'image001.jpg@01CDB132'."""
    identifier = headers.text_of(part.headers, "content-id").strip("<>").partition("@")[0]
    stem, _, ending = identifier.rpartition(".")
    return identifier if stem and (ending.isalpha() or not is_known) else ""


def is_named(part: Part) -> bool:
    """Whether the sender gave the part a file name: then it is a file, not text of the mail."""
    return bool(
        _parameter(part, "filename", "content-disposition") or _parameter(part, "name", "content-type")
    )
