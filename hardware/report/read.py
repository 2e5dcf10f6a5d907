"""Read a WhisperBack report: the parts that each reader finds, put together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from hardware.report.board import read_board, read_cpu, read_ram
from hardware.report.contact import OpenPGPKey, cut_key_block, fingerprint_of, read_key, reply_address
from hardware.report.facts import BootStick, Hardware, Report
from hardware.report.firmware import read_firmware
from hardware.report.headers import Headers, no_headers, read_headers, read_release
from hardware.report.kernel import Kernel, read_kernel
from hardware.report.pci import read_pci
from hardware.report.questions import has_questions, read_own_words, read_questions
from hardware.report.sections import Section, Split, find_body, is_first_marker, split_sections
from hardware.report.storage import Storage, StorageSections, read_storage
from hardware.report.usb import KernelDisk, UsbDevice, read_kernel_disks, read_usb

__all__ = ["Report", "looks_like_report", "read_report"]

_SUBJECT = re.compile(r"Bug report: [0-9a-f]{20,32}\s*$")
_SWITCH = re.compile(r"TAILS_MACSPOOF_ENABLED=[\"']?(true|false)")


def read_report(text: str, *, fingerprint_of: Callable[[str], str | None] = fingerprint_of) -> Report | None:
    """Read any text as a report; None if it is none.

    Never raises, and takes time in proportion to the length: all of it may come from an attacker.
    """
    split = split_sections(_lines(text))
    headers = read_headers(split.head)
    if headers is None and not split.sections:
        return None
    headers = headers or no_headers(split.head)
    words, block = cut_key_block(headers.rest, headers.key_line)
    key = read_key(headers.key_line, block, fingerprint_of)
    own_words = read_own_words(words, headers.tails_version)
    return Report(
        subject=headers.subject,
        from_line=headers.from_line,
        reply_address=reply_address(headers.from_line),
        openpgp_key=key,
        headers_included=headers.has_version_block,
        debugging_info_included=bool(split.sections),
        tails_version=headers.tails_version,
        initially_installed_version=_first_version(split.sections),
        prefill=headers.prefill,
        questions=read_questions(words, headers.tails_version),
        empty_user_text=not own_words,
        user_text=own_words,
        sections=split.sections,
        key_block=block,
        hardware=_hardware(split.sections) if split.sections else None,
        unread=_unread(headers, key, split),
    )


def looks_like_report(text: str, subject: str = "") -> bool:
    """Tell by structure whether a text is worth reading as a report."""
    lines = _lines(text)
    if any(is_first_marker(line) for line in lines):
        return True
    headers = read_headers(lines)
    if headers is None:
        return False
    if headers.has_version_block or headers.prefill:
        return True
    return has_questions(headers.rest) or _SUBJECT.search(subject[-200:]) is not None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _first_version(sections: tuple[Section, ...]) -> str | None:
    body = find_body(sections, "filesystem.squashfs/etc/os-release")
    return read_release(body.splitlines()) if body else None


def _hardware(sections: tuple[Section, ...]) -> Hardware:
    def body(*fragments: str) -> str | None:
        return find_body(sections, *fragments)

    mount, journal = body("/bin/mount"), body("/journalctl") or body("/dmesg")
    storage = read_storage(
        StorageSections(
            lsblk=body("tails-block-device-info") or body("/lsblk"),
            df=body("/bin/df"),
            mount=mount,
            dmsetup=body("/dmsetup"),
            persistence_conf=body("persistence.conf"),
            additional_software=body("live-additional-software.conf"),
        )
    )
    stick, sources = _boot_stick(storage, read_usb(body("/lsusb")), read_kernel_disks(journal))
    kernel = read_kernel(journal)
    return Hardware(
        board=read_board(
            body("dmidecode -s system-manufacturer"),
            body("dmidecode -s system-product-name"),
            body("dmidecode -s system-version"),
        ),
        pci=read_pci(body("/lspci")),
        has_pci_list=body("/lspci") is not None,
        boot_stick=stick,
        boot_stick_sources=sources,
        ram_total_mb=read_ram(body("/bin/free")),
        cpu_model=read_cpu(body("/lscpu")),
        firmware=read_firmware(body("/proc/cmdline"), mount, journal),
        storage=storage,
        kernel=kernel,
        mac_anonymization=_mac_anonymization(body("tails.macspoof"), kernel),
        bridges=_bridges(body("tca.conf")),
    )


def _boot_stick(
    storage: Storage, devices: tuple[UsbDevice, ...], disks: tuple[KernelDisk, ...]
) -> tuple[BootStick | None, tuple[str, ...]]:
    """Find the stick: the kernel's USB disk with the name of the boot disk, else the last one it saw."""
    heard = next(iter([disk for disk in disks if disk.disk == storage.boot_device] or disks[-1:]), None)
    storages = [device for device in devices if device.is_storage]
    listed = next(iter(_same(storages, heard) or _same(devices, heard) or storages), None)
    if heard is None and listed is None:
        return None, ()
    size = storage.boot_disk.size if storage.boot_disk else _human(heard.size_bytes if heard else None)
    stick = BootStick(
        vendor_id=(heard.vendor_id if heard else None) or (listed.vendor_id if listed else None),
        product_id=(heard.product_id if heard else None) or (listed.product_id if listed else None),
        lsusb_name=listed.name if listed else None,
        kernel_manufacturer=heard.manufacturer if heard else None,
        kernel_product=heard.product if heard else None,
        size_human=size,
    )
    found = (("lsusb", listed), ("lsblk", storage.boot_disk), ("journal", heard))
    return stick, tuple(name for name, value in found if value is not None)


def _same(devices: tuple[UsbDevice, ...] | list[UsbDevice], heard: KernelDisk | None) -> list[UsbDevice]:
    if heard is None:
        return []
    ids = (heard.vendor_id, heard.product_id)
    return [device for device in devices if (device.vendor_id, device.product_id) == ids]


def _human(size: int | None) -> str | None:
    return f"{size / 2**30:.1f}G" if size else None


def _mac_anonymization(macspoof: str | None, kernel: Kernel) -> bool | None:
    switch = _SWITCH.search(macspoof or "")
    return switch[1] == "true" if switch else kernel.mac_was_spoofed


def _bridges(tca: str | None) -> bool | None:
    """Tell whether bridges are in use. Which ones is the user's secret and is not read."""
    try:
        config: object = json.loads(tca or "null")
    except (ValueError, RecursionError):
        return None
    tor = config.get("tor") if isinstance(config, dict) else None
    return bool(tor.get("bridges")) if isinstance(tor, dict) else None


def _unread(headers: Headers, key: OpenPGPKey | None, split: Split) -> tuple[str, ...]:
    """List what was there and could not be read."""
    checks = (
        ("Tails-Version", headers.has_version_block and headers.tails_version is None),
        ("From", headers.from_line is not None and reply_address(headers.from_line) is None),
        ("OpenPGP-Key", headers.key_line is not None and (key is None or key.block_is_parseable is False)),
        ("lspci", bool(body := find_body(split.sections, "/lspci")) and not read_pci(body)),
        ("lsblk", _is_broken_json(find_body(split.sections, "/lsblk"))),
        ("tca.conf", _is_broken_json(find_body(split.sections, "tca.conf"))),
    )
    return tuple(name for name, is_unread in checks if is_unread)


def _is_broken_json(body: str | None) -> bool:
    try:
        json.loads(body or "null")
    except (ValueError, RecursionError):
        return True
    return False
