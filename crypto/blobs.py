"""Sealed files: raw mails and attachments, in 1 MB chunks, under random names, durable before their row is written."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from crypto.directories import make_directory, sync_directory
from crypto.errors import SealError
from crypto.sealing import OVERHEAD, seal, unseal

CHUNK_BYTES = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{32}")


class BlobStore:
    """A directory of sealed files. Each is opened by the key and the place that it was sealed with."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, key: bytes, content: bytes, place: str) -> str:
        """Seal `content` into a new file and give its random name; the file and its entry are on disk on return."""
        name = uuid.uuid4().hex
        path = self._path(name)
        make_directory(path.parent)
        draft = path.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(_seal_chunks(key, content, f"{place}|{name}"))
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)  # A full disk is not filled further by what could not be finished.
        sync_directory(path.parent)
        return name

    def read(self, key: bytes, name: str, place: str) -> bytes:
        """The whole content of a blob; raises SealError when it is missing, changed, cut or lengthened."""
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError:
            raise SealError("a sealed file is missing") from None
        return b"".join(_open_chunks(key, sealed, f"{place}|{name}"))

    def delete(self, name: str) -> None:
        """Unlink a blob; one that is gone already is no error, so that forgetting can be resumed."""
        with contextlib.suppress(FileNotFoundError):
            self._path(name).unlink()

    def names(self) -> Iterator[str]:
        """All blobs on disk, for the sweep that removes those without a row."""
        for path in self.root.glob("??/*"):
            if _NAME.fullmatch(path.name):
                yield path.name

    def age(self, name: str, now: float) -> float:
        """Seconds since a blob was written; none for one that another process has removed meanwhile."""
        try:
            return now - self._path(name).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def remove_drafts(self, before: float) -> None:
        """Unlink what a process that was killed had begun to write before this moment."""
        for path in self.root.glob("??/*.draft"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise SealError("not the name of a sealed file")
        return self.root / name[:2] / name


def _seal_chunks(key: bytes, content: bytes, place: str) -> Iterator[bytes]:
    last = max(0, (len(content) - 1) // CHUNK_BYTES)
    for index in range(last + 1):
        chunk = content[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        yield seal(key, chunk, _chunk_place(place, index, last=index == last))


def _open_chunks(key: bytes, sealed: bytes, place: str) -> Iterator[bytes]:
    step = CHUNK_BYTES + OVERHEAD
    last = max(0, (len(sealed) - 1) // step)
    for index in range(last + 1):
        chunk = sealed[index * step : (index + 1) * step]
        yield unseal(key, chunk, _chunk_place(place, index, last=index == last))


def _chunk_place(place: str, index: int, *, last: bool) -> str:
    """Index and end mark are authenticated, so that chunks cannot be swapped, dropped or cut off at the end."""
    return f"{place}|{index}|{'end' if last else 'more'}"
