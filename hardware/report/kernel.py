"""Read the kernel's own words: its version, the memory and processor it saw, and how Wi-Fi fared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

WifiOutcome = Literal["ok", "fail"]

_VERSION = re.compile(r"kernel: Linux version (\S{1,80})")
_MEMORY = re.compile(r"kernel: Memory: \d{1,15}[Kk]/(\d{1,15})[Kk] available")
_CPU = re.compile(r"kernel: smpboot: CPU0: (.{1,120}?)(?: \(fam|$)", re.MULTILINE)
_WIFI_OK = re.compile(r"renamed from wlan\d|loaded firmware version ")
# A firmware file that is not found is no failure by itself: drivers ask for newer ones first.
_WIFI_FAIL = re.compile(
    r"iwlwifi .*(?:no suitable firmware found|minimum version required: |iwlwifi-\S+ is required)"
    r"|ath1\dk.* could not probe fw"
    r"|ath9k .*: Failed to initialize device"
    r"|b43\S* ERROR: Firmware file \S+ not found"
    r"|(?:brcmfmac|rtw\w+|rtl\w+|mt7\w+|iwlwifi): probe of \S+ failed with error"
)
_SPOOFED = "Successfully spoofed MAC address"


@dataclass(frozen=True, slots=True)
class Kernel:
    """What the journal says; None where it says nothing, for example after a long time running."""

    version: str | None
    memory_mb: int | None
    cpu_model: str | None
    wifi: WifiOutcome | None
    mac_was_spoofed: bool | None


def read_kernel(journal: str | None) -> Kernel:
    """Read the journal once."""
    log = journal or ""
    version, memory, cpu = _VERSION.search(log), _MEMORY.search(log), _CPU.search(log)
    return Kernel(
        version=version[1] if version else None,
        memory_mb=int(memory[1]) * 1024 // 1_000_000 if memory else None,
        cpu_model=cpu[1].strip() if cpu else None,
        wifi=_wifi(log),
        mac_was_spoofed=True if _SPOOFED in log else None,
    )


def _wifi(log: str) -> WifiOutcome | None:
    """Say how Wi-Fi ended: the last outcome counts, so a failure before a success is none."""
    outcome: WifiOutcome | None = None
    for line in (whole[:500] for whole in log.splitlines()):
        if _WIFI_OK.search(line):
            outcome = "ok"
        elif _WIFI_FAIL.search(line):
            outcome = "fail"
    return outcome
