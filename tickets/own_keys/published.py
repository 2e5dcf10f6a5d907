"""Which of the desk's own keys are published, and for which of its addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from crypto.correspondents.wkd import local_hash
from crypto.errors import CryptoError
from crypto.own_keys.making import certificate_for
from helpdesk.lib.hosts import RefusedAddressError, ascii_host
from tickets.models import Queue

_KEYRING = "pubring.kbx"


@dataclass(frozen=True, slots=True)
class Published:
    """An address of ours, and the key with which it is answered."""

    address: str
    domain: str
    local_hash: str
    fingerprint: str


def published_keys() -> Iterator[Published]:
    """One key an address: that of the default queue, else of the first that has it."""
    seen = set()
    for address, fingerprint in Queue.objects.order_by("-is_default", "pk").values_list(
        "address", "fingerprint"
    ):
        local, _, domain = address.rpartition("@")
        try:
            name = ascii_host(domain)
        except RefusedAddressError:
            continue  # A domain of this house alone: nobody can ask there.
        entry = Published(address, name, local_hash(local), fingerprint)
        if (entry.domain, entry.local_hash) not in seen:
            seen.add((entry.domain, entry.local_hash))
            yield entry


def publishes_for(domain: str) -> bool:
    """Whether any of our addresses is at this domain."""
    return any(entry.domain == domain.lower() for entry in published_keys())


def published_certificate(domain: str, entry_hash: str, *, now: datetime) -> bytes:
    """What stands in the directory under this name, binary; empty when there is nothing."""
    for entry in published_keys():
        if (entry.domain, entry.local_hash) == (domain.lower(), entry_hash):
            return certificate_of(entry, now)
    return b""


def certificate_of(entry: Published, now: datetime) -> bytes:
    """The key of an address with this one user id; empty when the key names another address, or cannot be read."""
    home = Path(settings.GNUPG_HOME)
    try:
        changed = (home / _KEYRING).stat().st_mtime_ns
        return _certificate(home, entry.fingerprint, entry.address, changed, _next_hour(now))
    except (CryptoError, OSError):
        return b""


@lru_cache(maxsize=64)
def _certificate(home: Path, fingerprint: str, address: str, changed: int, until: datetime) -> bytes:
    """Anybody may ask as often as they like: gpg is only started when its keyring has changed, or once an hour."""
    return certificate_for(home, fingerprint, address, now=until)


def _next_hour(now: datetime) -> datetime:
    """Not the last one: a subkey that was made a minute ago would not be there yet."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
