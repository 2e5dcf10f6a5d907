"""Read the list of PCI devices: which are graphics, Wi-Fi and Ethernet."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (.+)")
_CLASS = re.compile(r"([^\[\]:]{1,80}?) \[([0-9a-f]{4})\]: (.+)")
_OLD_CLASS = re.compile(r"([^\[\]:]{1,80}): (.+)")
_ID = re.compile(r"\[([0-9a-f]{4}:[0-9a-f]{4})\]")
_REVISION = re.compile(r" \(rev ([0-9a-f]{2})\)")
_LONGEST_LINE = 1000

_GRAPHICS = {"0300", "0302", "0380"}
_OLD_CLASSES = {
    "VGA compatible controller": "0300",
    "3D controller": "0302",
    "Display controller": "0380",
    "Network controller": "0280",
    "Ethernet controller": "0200",
}
# Wi-Fi cards that call themselves Ethernet controllers, and network controllers that are no Wi-Fi.
_WIFI_IDS = {"168c:0013", "168c:001a", "168c:001b", "168c:001c", "168c:001d", "11ab:2b38"}
_WIFI_WORDS = re.compile(r"wireless|wi-?fi|wlan|802\.11", re.IGNORECASE)
_NO_WIFI_IDS = {"8086:093c", "14e4:5fa0"}
_NO_WIFI_WORDS = re.compile(r"wigig|bluetooth", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PciDevice:
    """One device. Before Tails 3.7 the list had no ids."""

    slot: str
    class_name: str
    class_code: str | None
    name: str
    id: str | None
    rev: str | None

    def is_graphics(self) -> bool:
        """Tell whether this shows pictures."""
        return self.class_code in _GRAPHICS

    def is_wifi(self) -> bool:
        """Tell whether this is a Wi-Fi card."""
        if self.class_code == "0280":
            return self.id not in _NO_WIFI_IDS and not _NO_WIFI_WORDS.search(self.name)
        return self.class_code == "0200" and (self.id in _WIFI_IDS or bool(_WIFI_WORDS.search(self.name)))

    def is_ethernet(self) -> bool:
        """Tell whether this is a wired network card."""
        return self.class_code == "0200" and not self.is_wifi()

    def as_dict(self) -> dict[str, str | None]:
        """Give the device in the printed form."""
        return {
            "slot": self.slot,
            "class_name": self.class_name,
            "class": self.class_code,
            "name": self.name,
            "id": self.id,
            "rev": self.rev,
        }


def read_pci(lspci: str | None) -> tuple[PciDevice, ...]:
    """Read the output of `lspci`, with or without ids. Lines that are no devices are passed over."""
    devices: dict[str, PciDevice] = {}
    for line in (lspci or "").splitlines():
        device = _device(line.strip()[:_LONGEST_LINE])
        if device and not (device.slot in devices and devices[device.slot].id):
            devices[device.slot] = device
    return tuple(devices.values())


def _device(line: str) -> PciDevice | None:
    match = _LINE.match(line)
    if match is None:
        return None
    slot, rest = match[1].removeprefix("0000:"), match[2]
    with_id = _CLASS.match(rest)
    if with_id:
        class_name, code, name = with_id[1], with_id[2], with_id[3]
        ids = list(_ID.finditer(name))
        # Names contain brackets too; the id is the last pair. Long names were cut, and the id with them.
        revision = _REVISION.search(name, ids[-1].end() if ids else 0)
        label = name[: ids[-1].start()] if ids else _REVISION.sub("", name)
        return PciDevice(
            slot,
            class_name,
            code,
            label.strip(),
            ids[-1][1] if ids else None,
            revision[1] if revision else None,
        )
    old = _OLD_CLASS.match(rest)
    if old is None:
        return None
    revision = _REVISION.search(old[2])
    name = _REVISION.sub("", old[2]).strip()
    return PciDevice(slot, old[1], _OLD_CLASSES.get(old[1]), name, None, revision[1] if revision else None)
