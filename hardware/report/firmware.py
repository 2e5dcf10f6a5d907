"""Read how the computer was started: UEFI or BIOS, coreboot, Secure Boot, and the options added by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BootMode = Literal["uefi", "bios"]

# What Tails itself puts on the command line, over all releases; anything else was added by hand.
_DEFAULTS = frozenset(
    (
        "apparmor=1",
        "block.events_dfl_poll_msecs=1000",
        "boot=live",
        "config",
        "efi_pstore.pstore_disable=1",
        "erst_disable",
        "init_on_alloc=1",
        "init_on_free=1",
        "kaslr",
        "live-media=removable",
        "mce=0",
        "mds=full,nosmt",
        "module=Tails",
        "noautologin",
        "noeject",
        "nopersistence",
        "noprompt",
        "nox11autologin",
        "page_alloc.shuffle=1",
        "page_poison=1",
        "quiet",
        "randomize_kstack_offset=on",
        "security=apparmor",
        "slab_nomerge",
        "slab_debug=FZ",
        "slub_debug=FZ",
        "slub_debug=FZP",
        "slub_debug=P",
        "spec_store_bypass_disable=on",
        "splash",
        "systemd.condition_needs_update=no",
        "union=aufs",
        "union=overlay",
        "vsyscall=none",
    )
)
# These differ from computer to computer and say nothing about a problem.
_PLACES = ("BOOT_IMAGE=", "initrd=", "FSUUID=", "timezone=", "findiso=")
_EFI = re.compile(r"kernel: efi: EFI v\d")
_SECURE_BOOT = re.compile(r"kernel: (?:secureboot: )?Secure boot (enabled|disabled)")
_FIRST_LINE = "kernel: Linux version "


@dataclass(frozen=True, slots=True)
class Firmware:
    """How the computer was started."""

    boot_mode: BootMode | None
    secure_boot: bool | None
    is_coreboot: bool
    extra_options: tuple[str, ...]


def read_firmware(cmdline: str | None, mount: str | None, journal: str | None) -> Firmware:
    """Read the way of starting; the mode stays None where the report has no trace of either."""
    log = journal or ""
    secure = _SECURE_BOOT.search(log)
    return Firmware(
        boot_mode=_boot_mode(mount, log),
        secure_boot=secure[1] == "enabled" if secure else None,
        is_coreboot=any("ACPI:" in line and "COREB" in line for line in _lines_with(log, "COREB")),
        extra_options=_extra_options(cmdline),
    )


def _boot_mode(mount: str | None, log: str) -> BootMode | None:
    if "efivarfs on " in (mount or "") or _EFI.search(log):
        return "uefi"
    return "bios" if mount is not None or _FIRST_LINE in log else None


def _extra_options(cmdline: str | None) -> tuple[str, ...]:
    words = next(iter((cmdline or "").strip().splitlines()), "").split()
    extra = (word[:200] for word in words if word not in _DEFAULTS and not word.startswith(_PLACES))
    return tuple(dict.fromkeys(extra))[:100]


def _lines_with(log: str, word: str) -> list[str]:
    return [line for line in log.splitlines() if word in line] if word in log else []
