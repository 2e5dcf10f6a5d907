"""Directories of sealed files and keys: what is in them is found again after the power was cut."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_on_disk: set[Path] = set()
"""Directories whose own entries this process has seen to. Another process may have made one and not got that far."""


def make_directory(path: Path) -> None:
    """Make a directory, and those above it, for us only; their entries are on the disk when this returns."""
    if path in _on_disk and path.is_dir():
        return
    if not path.parent.is_dir():
        make_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(PermissionError):  # Above it is somebody else's, who made it and saw to it.
        sync_directory(path.parent)
    _on_disk.add(path)


def sync_directory(path: Path) -> None:
    """Return when the entries of a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
