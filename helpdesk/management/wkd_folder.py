"""The desk's Web Key Directory as files, for a web server that serves the domain of its addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from crypto.correspondents.wkd import WELL_KNOWN, advanced_url, direct_url
from tickets.own_keys.published import Published, certificate_of

PLACE = WELL_KNOWN.lstrip("/")


def addresses_of(entry: Published, now: datetime) -> Iterator[str]:
    """Where the key of one address is looked for, or why it is not published."""
    if not certificate_of(entry, now):
        yield f"{entry.address}: not published, because its key does not name this address or is not here."
        return
    local = entry.address.rpartition("@")[0]
    yield f"{entry.address}: {entry.fingerprint}"
    yield f"  {advanced_url(local, entry.domain)}"
    yield f"  {direct_url(local, entry.domain)}"


def write_folder(folder: Path, entries: Sequence[Published], *, now: datetime, only_say: bool) -> list[Path]:
    """Write for each host, in a folder of its name, what it has to serve; give the files."""
    contents: dict[Path, bytes] = {}
    for entry in entries:
        certificate = certificate_of(entry, now)
        if certificate:
            # The two methods of the draft: a host of its own for keys, and the domain itself.
            for root in (
                folder / f"openpgpkey.{entry.domain}" / PLACE / entry.domain,
                folder / entry.domain / PLACE,
            ):
                contents[root / "policy"] = b""
                contents[root / "hu" / entry.local_hash] = certificate
    for path, content in contents.items() if not only_say else ():
        _write(folder, path, content)
    return sorted(contents)


def _write(folder: Path, path: Path, content: bytes) -> None:
    """For a web server under another name, whatever our umask: all of it is public. What was there is not opened up."""
    above = [path.parent, *path.parent.parents]
    ours = [each for each in above if not each.exists() or (each.is_relative_to(folder) and each != folder)]
    path.parent.mkdir(parents=True, exist_ok=True)
    for each in ours:
        each.chmod(0o755)
    path.write_bytes(content)
    path.chmod(0o644)
