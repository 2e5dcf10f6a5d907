"""Read the USB devices: from the tree of `lsusb`, and from what the kernel said of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TREE_DEVICE = re.compile(r"[\s|_/:]*(?:Bus (\d+)\.)?Port (\d+): Dev (\d+),(.*)")
_TREE_ID = re.compile(r"\s*ID ([0-9a-f]{4}):([0-9a-f]{4})(?: (.*))?$")
_LIST_ID = re.compile(r"Bus (\d+) Device (\d+): ID ([0-9a-f]{4}):([0-9a-f]{4})(?: (.*))?$")
_STORAGE = re.compile(r"Driver=(?:usb-storage|uas)\b")
_KERNEL = re.compile(
    r"(?P<scsi>scsi host(?P<host>\d+): (?:usb-storage|uas)(?: (?P<port>[\d.-]+):)?)"
    r"|usb (?P<path>\d+-[\d.]+): (?P<said>New USB device found, |Product: |Manufacturer: )(?P<value>.*)"
    r"|(?:usb-storage|uas) (?P<driver>\d+-[\d.]+):[\d.]+:? ?"
    r"|scsi (?P<model_host>\d+):0:0:\d+: Direct-Access (?P<model>.*)"
    r"|sd (?P<disk_host>\d+):0:0:\d+: \[(?P<disk>sd[a-z]+)\] (?P<what>.*)"
)
_IDS = re.compile(r"idVendor=([0-9a-f]{4}), idProduct=([0-9a-f]{4})")
_BLOCKS = re.compile(r"(\d{1,15}) (512|4096)-byte logical blocks")


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One device of the tree."""

    vendor_id: str
    product_id: str
    name: str | None
    is_storage: bool


@dataclass(frozen=True, slots=True)
class KernelDisk:
    """A USB disk as the kernel saw it come."""

    disk: str | None
    vendor_id: str | None
    product_id: str | None
    manufacturer: str | None
    product: str | None
    size_bytes: int | None


def read_usb(lsusb: str | None) -> tuple[UsbDevice, ...]:
    """Read the tree, or the plain list of older versions; each device once, however many interfaces."""
    devices: dict[tuple[str, str], UsbDevice] = {}
    bus, storage, key = "", False, ("", "")
    for line in (lsusb or "").splitlines():
        short = line[:300]
        if found := _TREE_DEVICE.match(short):
            bus = found[1] or bus
            key, storage = (bus, found[3]), bool(_STORAGE.search(found[4]))
        elif (found := _TREE_ID.match(short)) and key[1]:
            storage = storage or (key in devices and devices[key].is_storage)
            devices[key] = UsbDevice(found[1], found[2], (found[3] or "").strip() or None, storage)
        elif found := _LIST_ID.match(short):
            listed = UsbDevice(found[3], found[4], (found[5] or "").strip() or None, is_storage=False)
            devices.setdefault((found[1], found[2]), listed)
    return tuple(devices.values())


def read_kernel_disks(journal: str | None) -> tuple[KernelDisk, ...]:
    """Read which USB disks came, in the order in which the kernel took them."""
    log = _Log()
    for line in (journal or "").splitlines():
        if "usb" in line or "scsi" in line or "uas" in line or " sd " in line:
            log.hear(line)
    return log.disks()


class _Log:
    """What was heard so far: devices by port, ports by SCSI host, disks by SCSI host."""

    def __init__(self) -> None:
        self.devices: dict[str, dict[str, str]] = {}
        self.drivers: list[str] = []
        self.hosts: dict[str, str] = {}
        self.found: dict[str, dict[str, str]] = {}

    def hear(self, line: str) -> None:
        start = line.find("kernel: ")
        match = _KERNEL.match(line[start + 8 : start + 500]) if start >= 0 else None
        if match is None:
            return
        if match["scsi"]:
            self._host(match)
        elif match["path"]:
            self._device(match)
        elif match["driver"]:
            self.drivers.append(match["driver"])
        elif match["disk"]:
            self._disk(match)

    def disks(self) -> tuple[KernelDisk, ...]:
        seen = {port: self._kernel_disk(port, {}) for port in self.drivers}
        seen |= {port: self._kernel_disk(port, disk) for port, disk in self.found.items()}
        return tuple(seen.values())

    def _host(self, match: re.Match[str]) -> None:
        # `scsi host6: uas` names no port; the driver's line before it did, or the last device.
        port = match["port"] or next(reversed(self.drivers or list(self.devices)), None)
        if port:
            self.hosts[match["host"]] = port

    def _device(self, match: re.Match[str]) -> None:
        facts = self.devices.setdefault(match["path"], {})
        if ids := _IDS.match(match["value"]):
            facts.clear()
            facts.update(vendor=ids[1], product=ids[2])
        elif not match["said"].startswith("New"):
            facts[match["said"].rstrip(": ")] = match["value"].strip()

    def _disk(self, match: re.Match[str]) -> None:
        port = self.hosts.get(match["disk_host"])
        if port is None:
            return
        disk = self.found.setdefault(port, {})
        disk["disk"] = match["disk"]
        if blocks := _BLOCKS.match(match["what"]):
            disk["size"] = str(int(blocks[1]) * int(blocks[2]))

    def _kernel_disk(self, port: str, disk: dict[str, str]) -> KernelDisk:
        facts = self.devices.get(port, {})
        return KernelDisk(
            disk=disk.get("disk"),
            vendor_id=facts.get("vendor"),
            product_id=facts.get("product"),
            manufacturer=facts.get("Manufacturer") or None,
            product=facts.get("Product") or None,
            size_bytes=int(disk["size"]) if "size" in disk else None,
        )
