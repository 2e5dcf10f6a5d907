"""Read the lines that WhisperBack puts before the user's words: subject, address, version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIELDS = ("Subject", "From", "OpenPGP-Key")
_VERSION_FIELDS = ("Tails-Version", "Amnesia-Version")
_PREFILL = "Bug-specific "
_NUMBER = re.compile(r"\d+(?:\.\d+){0,4}(?:~\w+)?")
_RELEASE_KEYS = ("VERSION", "TAILS_VERSION_ID", "VERSION_ID")


@dataclass(frozen=True, slots=True)
class Prefill:
    """What another program filled in before it opened WhisperBack."""

    app: str | None
    summary: str | None
    details: str | None


@dataclass(frozen=True, slots=True)
class Headers:
    """The header block, and what stands around it."""

    subject: str | None
    from_line: str | None
    key_line: str | None
    has_version_block: bool
    tails_version: str | None
    prefill: Prefill | None
    rest: tuple[str, ...]
    is_pasted: bool


def read_headers(lines: Sequence[str]) -> Headers | None:
    """Read the header block, the lines up to the first blank one.

    Only there: a version or an address further down was typed by the user. A mail into which
    the block was pasted has the block somewhere inside; then what stands around it is the rest.
    """
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    end = _blank_after(lines, start)
    block = lines[start:end]
    if _is_header_block(block):
        return _headers(block, lines[end:], is_pasted=False)
    for number, line in enumerate(lines):
        if line.startswith(_VERSION_FIELDS) and is_version_line(line):
            end = _blank_after(lines, number)
            return _headers(lines[number:end], (*lines[:number], *lines[end:]), is_pasted=True)
    return None


def no_headers(lines: Sequence[str]) -> Headers:
    """Stand for the headers of a mail into which only debugging information was pasted."""
    return _headers((), lines, is_pasted=True)


def is_version_line(line: str) -> bool:
    """Tell whether a line is a version line as Tails writes it, and not a sentence about one."""
    name, _, value = line.partition(": ")
    return name in _VERSION_FIELDS and (value.startswith("NAME=") or _NUMBER.match(value) is not None)


def read_release(lines: Sequence[str]) -> str | None:
    """Give the version that an os-release file states; quotes may be missing, the sanitiser eats some."""
    found: dict[str, str] = {}
    for line in lines:
        key, _, value = line.removeprefix("> ").partition("=")
        if key in _RELEASE_KEYS and value.strip('" '):
            found.setdefault(key, value.strip('" \r'))
    return next((found[key] for key in _RELEASE_KEYS if key in found), None)


def _is_header_block(block: Sequence[str]) -> bool:
    """Every line before the version block is one of the known fields, and the subject comes first."""
    if not block or not block[0].startswith("Subject:"):
        return False
    for line in block:
        name = line.partition(":")[0]
        if name in _VERSION_FIELDS or line.startswith(_PREFILL):
            return True
        if name not in _FIELDS:
            return False
    return True


def _headers(block: Sequence[str], rest: Sequence[str], *, is_pasted: bool) -> Headers:
    fields: dict[str, str] = {}
    version_at = len(block)
    for number, line in enumerate(block):
        name, _, value = line.partition(":")
        if name in _VERSION_FIELDS:
            version_at = number
            break
        if name in _FIELDS:
            fields.setdefault(name, value.strip())
    return Headers(
        subject=None if is_pasted else fields.get("Subject"),
        from_line=fields.get("From") or None,
        key_line=fields.get("OpenPGP-Key") or None,
        has_version_block=version_at < len(block),
        tails_version=_version(block[version_at:]),
        prefill=_prefill(block),
        rest=tuple(rest),
        is_pasted=is_pasted,
    )


def _version(block: Sequence[str]) -> str | None:
    if not block:
        return None
    value = block[0].partition(":")[2].strip()
    number = _NUMBER.match(value)
    return number[0] if number else read_release([value, *block[1:]])


def _prefill(block: Sequence[str]) -> Prefill | None:
    start = next((number for number, line in enumerate(block) if line.startswith(_PREFILL)), None)
    if start is None:
        return None
    values: dict[str, list[str]] = {}
    current: list[str] = []
    for line in block[start:]:
        name, colon, value = line.removeprefix(_PREFILL).partition(":")
        if line.startswith(_PREFILL) and colon and name in {"app", "summary", "details"}:
            current = values.setdefault(name, [])
            current.append(value.strip())
        else:
            current.append(line)
    text = {name: "\n".join(found).strip() or None for name, found in values.items()}
    return Prefill(text.get("app"), text.get("summary"), text.get("details"))


def _blank_after(lines: Sequence[str], start: int) -> int:
    return next((number for number in range(start, len(lines)) if not lines[number].strip()), len(lines))
