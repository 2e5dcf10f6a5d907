"""What a report says, as values: the report, the computer, and the few facts an agent wants at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.report.board import Board
from hardware.report.contact import OpenPGPKey
from hardware.report.firmware import Firmware
from hardware.report.headers import Prefill
from hardware.report.kernel import Kernel
from hardware.report.pci import PciDevice
from hardware.report.questions import Question
from hardware.report.sections import Section
from hardware.report.storage import Storage

_NO_IDS = "no PCI IDs before Tails 3.7"
# What each way of starting and each state of the Persistent Storage is called on the page.
_MODES = {"uefi": "UEFI", "bios": "BIOS"}


@dataclass(frozen=True, slots=True)
class BootStick:
    """The USB stick that Tails runs from."""

    vendor_id: str | None
    product_id: str | None
    lsusb_name: str | None
    kernel_manufacturer: str | None
    kernel_product: str | None
    size_human: str | None

    def name(self) -> str:
        """Name the stick as the kernel heard it, else as the list of ids knows it."""
        heard = " ".join(part for part in (self.kernel_manufacturer, self.kernel_product) if part)
        ids = f"[{self.vendor_id}:{self.product_id}]" if self.vendor_id else ""
        return " ".join(part for part in (heard or self.lsusb_name, self.size_human, ids) if part)

    def as_dict(self) -> dict[str, object]:
        """Give the stick in the printed form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Hardware:
    """The computer that a report came from."""

    board: Board
    pci: tuple[PciDevice, ...]
    has_pci_list: bool
    boot_stick: BootStick | None
    boot_stick_sources: tuple[str, ...]
    ram_total_mb: int | None
    cpu_model: str | None
    firmware: Firmware
    storage: Storage
    kernel: Kernel
    mac_anonymization: bool | None
    bridges: bool | None

    def graphics(self) -> tuple[PciDevice, ...]:
        """Give the graphics cards."""
        return tuple(device for device in self.pci if device.is_graphics())

    def wifi(self) -> tuple[PciDevice, ...]:
        """Give the Wi-Fi cards that are built in."""
        return tuple(device for device in self.pci if device.is_wifi())

    def ethernet(self) -> tuple[PciDevice, ...]:
        """Give the wired network cards that are built in."""
        return tuple(device for device in self.pci if device.is_ethernet())

    def has_pci_ids(self) -> bool:
        """Tell whether the list of devices came with ids, as it does since Tails 3.7."""
        return not self.pci or any(device.id for device in self.pci)

    def as_dict(self) -> dict[str, object]:
        """Give the computer in the printed form."""
        return {
            "manufacturer": self.board.manufacturer,
            "product_name": self.board.product_name,
            "system_version": self.board.system_version,
            "graphics": self._devices(self.graphics(), _NO_IDS),
            "wifi": self._devices(self.wifi(), _NO_IDS),
            "ethernet": self._devices(self.ethernet(), None),
            "boot_stick": self.boot_stick.as_dict() if self.boot_stick else None,
            "boot_stick_sources": list(self.boot_stick_sources),
            "ram_total_mb": self.ram_total_mb,
            "cpu_model": self.cpu_model,
            "boot_mode": self.firmware.boot_mode,
            "extra_boot_options": list(self.firmware.extra_options),
            "persistent_storage": self.storage.persistence,
            "persistent_storage_detectable": self.storage.is_persistence_detectable,
            "persistent_features": list(self.storage.features),
            "additional_software": list(self.storage.additional_software),
            "mac_anonymization": self.mac_anonymization,
            "bridges": self.bridges,
            "is_vm": self.board.is_vm(),
            "is_coreboot": self.board.is_coreboot() or self.firmware.is_coreboot,
            "command_output_locale": self.storage.language,
        }

    def _devices(self, devices: tuple[PciDevice, ...], without_ids: str | None) -> object:
        if not self.has_pci_list:
            return None
        return [device.as_dict() for device in devices] if self.has_pci_ids() else without_ids


@dataclass(frozen=True, slots=True)
class Report:
    """A WhisperBack report."""

    subject: str | None
    from_line: str | None
    reply_address: str | None
    openpgp_key: OpenPGPKey | None
    headers_included: bool
    debugging_info_included: bool
    tails_version: str | None
    initially_installed_version: str | None
    prefill: Prefill | None
    questions: tuple[Question, ...]
    empty_user_text: bool
    user_text: str
    sections: tuple[Section, ...]
    key_block: str | None
    hardware: Hardware | None
    unread: tuple[str, ...]
    language: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the report in the printed form, with the hardware inside."""
        key, prefill = self.openpgp_key, self.prefill
        return {
            "subject": self.subject,
            "from_line": self.from_line,
            "reply_address": self.reply_address,
            "openpgp_key": {name: getattr(key, name) for name in key.__slots__} if key else None,
            "headers_included": self.headers_included,
            "debugging_info_included": self.debugging_info_included,
            "tails_version": self.tails_version,
            "initially_installed_version": self.initially_installed_version,
            "prefill": {name: getattr(prefill, name) for name in prefill.__slots__} if prefill else None,
            "questions": [list(question) for question in self.questions],
            "language": self.language,
            "empty_user_text": self.empty_user_text,
            "hardware": self.hardware.as_dict() if self.hardware else None,
        }

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Give the main facts, each with a label that the page translates."""
        rows: list[tuple[str, str | None]] = [("Tails version", self.tails_version)]
        if self.initially_installed_version != self.tails_version:
            rows.append(("First installed", self.initially_installed_version))
        if self.hardware:
            rows.extend(_machine_facts(self.hardware))
        return tuple((label, value) for label, value in rows if value)


def _machine_facts(hardware: Hardware) -> list[tuple[str, str | None]]:
    ram = hardware.ram_total_mb or hardware.kernel.memory_mb
    firmware, storage = hardware.firmware, hardware.storage
    secure = "Secure Boot" if firmware.secure_boot else ""
    mode = ", ".join(part for part in (_MODES.get(firmware.boot_mode or ""), secure) if part)
    return [
        ("Model", hardware.board.model()),
        ("Virtual machine", hardware.board.manufacturer if hardware.board.is_vm() else None),
        ("Graphics", _names(hardware.graphics())),
        ("Wi-Fi", _names(hardware.wifi())),
        ("Processor", hardware.cpu_model or hardware.kernel.cpu_model),
        ("Memory", f"{ram / 1000:.1f} GB" if ram else None),
        ("Boot mode", mode),
        ("Boot options", " ".join(firmware.extra_options)),
        ("USB stick", hardware.boot_stick.name() if hardware.boot_stick else None),
        ("Persistent Storage", storage.persistence),
        ("Additional software", ", ".join(storage.additional_software)),
    ]


def _names(devices: tuple[PciDevice, ...]) -> str:
    """Name each card once: a second function in the same slot is the same card."""
    cards = {device.slot.partition(".")[0]: device for device in reversed(devices)}
    return "; ".join(
        f"{card.name} [{card.id}]" if card.id else card.name for card in reversed(cards.values())
    )
