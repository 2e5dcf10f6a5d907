"""Read the disk that Tails started from, and the Persistent Storage on it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

Persistence = Literal["none", "locked", "unlocked"]

_MEDIUM = "live/mount/medium"
_UNLOCKED = "TailsData_unlocked"
_PARTITION = re.compile(r"/dev/((?:nvme\d+n\d+|mmcblk\d+)(?=p\d)|[a-z]+)(?:p?\d+)?")
# The first words of df's header say in which language the commands spoke (always C since 6.9).
_LANGUAGES = {
    "Filesystem": "C/en",
    "Dateisystem": "de",
    "Sys.": "fr",
    "S.ficheros": "es",
    "Sist.": "pt",
    "File": "it",
    "Файловая": "ru",
    "Файл.система": "ru",
    "System": "pl",
    "Bestandssysteem": "nl",
    "Dosya": "tr",
    "Souborový": "cs",
    "Filsystem": "sv",
    "文件系统": "zh",
    "檔案系統": "zh",
    "ファイルシステム": "ja",
    "파일": "ko",
    "Файлова": "uk",
    "Fájlrendszer": "hu",
    "S.": "ca",
    "Σύστ.": "el",
}


@dataclass(frozen=True, slots=True)
class BootDisk:
    """The disk that Tails runs from, as `lsblk` shows it."""

    name: str
    size: str | None
    has_partitions: bool
    has_persistence: bool
    persistence_partition: str | None


@dataclass(frozen=True, slots=True)
class Storage:
    """What the report says about disks."""

    boot_disk: BootDisk | None
    boot_device: str | None
    persistence: Persistence | None
    is_persistence_detectable: bool
    features: tuple[str, ...]
    additional_software: tuple[str, ...]
    language: str | None


@dataclass(frozen=True, slots=True)
class StorageSections:
    """The bodies that this reader needs."""

    lsblk: str | None
    df: str | None
    mount: str | None
    dmsetup: str | None
    persistence_conf: str | None
    additional_software: str | None


def read_storage(bodies: StorageSections) -> Storage:
    """Read where Tails runs from. What the report cannot show is None, never a guess."""
    device = _boot_device(bodies.df) or _boot_device(bodies.mount)
    disk = _boot_disk(bodies.lsblk, device)
    unlocked = any(_UNLOCKED in (body or "") for body in (bodies.df, bodies.mount, bodies.dmsetup))
    detectable = unlocked or (disk is not None and disk.has_partitions)
    persistence: Persistence | None = None
    if unlocked:
        persistence = "unlocked"
    elif detectable and disk:
        persistence = "locked" if disk.has_persistence else "none"
    return Storage(
        boot_disk=disk,
        boot_device=disk.name if disk else device,
        persistence=persistence,
        is_persistence_detectable=detectable,
        features=_lines(bodies.persistence_conf),
        additional_software=_lines(bodies.additional_software),
        language=_language(bodies.df),
    )


def _boot_device(body: str | None) -> str | None:
    """Find the disk whose partition is mounted as the medium, in the output of `df` or `mount`."""
    for line in (body or "").splitlines():
        if _MEDIUM in line[:500] and (match := _PARTITION.match(line)):
            return match[1]
    return None


def _boot_disk(lsblk: str | None, device: str | None) -> BootDisk | None:
    disks = [disk for disk in _block_devices(lsblk) if disk.get("type") == "disk"]
    named = [disk for disk in disks if device and _short_name(disk) == device]
    usb = [disk for disk in disks if disk.get("tran") == "usb"]
    chosen = next(iter(named or usb or disks), None)
    if chosen is None:
        return None
    children = _dicts(chosen.get("children"))
    persistent = [child for child in children if _is_persistence(child)]
    size = chosen.get("size")
    return BootDisk(
        name=_short_name(chosen),
        size=size.strip().replace(",", ".")[:20] if isinstance(size, str) else None,
        has_partitions=bool(children),
        has_persistence=bool(persistent),
        persistence_partition=_short_name(persistent[0]) if persistent else None,
    )


def _block_devices(lsblk: str | None) -> list[dict[str, object]]:
    try:
        tree: object = json.loads(lsblk or "null")
    except (ValueError, RecursionError):
        return []
    return _dicts(tree.get("blockdevices")) if isinstance(tree, dict) else []


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _short_name(disk: dict[str, object]) -> str:
    return str(disk.get("name", "")).removeprefix("/dev/")[:40]


def _is_persistence(partition: dict[str, object]) -> bool:
    return partition.get("partlabel") == "TailsData" and partition.get("fstype") == "crypto_LUKS"


def _lines(body: str | None) -> tuple[str, ...]:
    """Give the lines of a configuration file that say something."""
    lines = (line.strip() for line in (body or "").splitlines()[:500])
    return tuple(line[:300] for line in lines if line and not line.startswith("#"))


def _language(df: str | None) -> str | None:
    return _LANGUAGES.get(next(iter((df or "").split(None, 1)), ""))
