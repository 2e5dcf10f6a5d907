"""The desk's epoch keys and blob store, as the settings place them: the one spot where sealing meets Django."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from crypto.blobs import BlobStore
from crypto.epochs import EpochKeys


def epoch_keys() -> EpochKeys:
    """The epoch keys of this desk."""
    return _epoch_keys(Path(settings.KEYS_DIR))


def blob_store() -> BlobStore:
    """The sealed files of this desk."""
    return BlobStore(Path(settings.BLOBS_DIR))


def digest(purpose: str, value: str | bytes) -> str:
    """Keyed digest (64 hex digits) by which an equal value is found again; see EpochKeys.digest."""
    return epoch_keys().digest(purpose, value.encode() if isinstance(value, str) else value)


@lru_cache(maxsize=4)
def _epoch_keys(directory: Path) -> EpochKeys:
    return EpochKeys(directory)
