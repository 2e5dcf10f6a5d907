"""The readers of hardware: tables of what comes in and what must come out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware.report.board import Board, read_board, read_cpu, read_ram
from hardware.report.facts import Report
from hardware.report.firmware import read_firmware
from hardware.report.kernel import read_kernel
from hardware.report.pci import read_pci
from hardware.report.storage import StorageSections, read_storage
from hardware.report.usb import read_kernel_disks, read_usb

Read = Callable[[str], Report]


@pytest.mark.parametrize(
    ("strings", "name"),
    [
        (("LENOVO", "20L6SBJW00", "ThinkPad T480"), "Lenovo ThinkPad T480"),
        (("LENOVO", "20L6SBJW00", "Not Specified"), "Lenovo 20L6SBJW00"),
        (("Hewlett-Packard", "HP EliteBook 840 G1 Notebook PC", "A3009DD10203"), "HP EliteBook 840 G1"),
        (("ASUSTeK COMPUTER INC.", "ZenBook UX999_UX999FA", "1.0"), "ASUS ZenBook UX999"),
        (("Default string", "Default string", "Default string"), None),
        (("To be filled by O.E.M.", "To Be Filled By O.E.M.", None), None),
        (("Shuttle Inc.", "DS999", "V1.0"), "Shuttle DS999"),
        ((None, None, None), None),
    ],
)
def test_a_model_has_the_name_that_people_use(strings: tuple[str | None, ...], name: str | None) -> None:
    assert Board(*strings).model() == name


@pytest.mark.parametrize(
    ("maker", "product", "is_vm"),
    [
        ("QEMU", "Standard PC (Q35 + ICH9, 2009)", True),
        ("innotek GmbH", "VirtualBox", True),
        ("Microsoft Corporation", "Virtual Machine", True),
        ("Microsoft Corporation", "Surface Book", False),
    ],
)
def test_virtual_machines_are_known(maker: str, product: str, *, is_vm: bool) -> None:
    assert read_board(maker, product, " ").is_vm() is is_vm


def test_memory_and_processor_do_not_depend_on_the_language() -> None:
    assert read_ram("gesamt  benutzt\nSpeicher:  8159  1794\nSwap:  0 0") == 8159
    assert read_ram("total") is None
    assert read_cpu("Modell: 142\nModellname:  Imagined CPU") == "Imagined CPU"
    assert read_cpu("Xyzzy:  AMD Imagined 7\nVirtualization: AMD-V") == "AMD Imagined 7"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("00:02.0 VGA compatible controller [0300]: A [B] Device [8086:ff02] (rev 0a)", "graphics"),
        ("01:00.0 3D controller [0302]: A Device [10de:ff02] (rev ff)", "graphics"),
        ("0000:02:00.0 Network controller [0280]: A Device [8086:ff02]", "wifi"),
        ("02:00.0 Ethernet controller [0200]: Atheros AR5212 802.11abg NIC [168c:001c] (rev 01)", "wifi"),
        (
            "02:00.0 Ethernet controller [0200]: Marvell 88W8897 [AVASTAR] 802.11ac Wireless [11ab:2b38]",
            "wifi",
        ),
        ("02:00.0 Ethernet controller [0200]: A Wired [10ec:8168] (rev 15)", "ethernet"),
        ("02:00.0 Network controller [0280]: Intel WiGig [8086:093c]", "other"),
        ("10000:e1:00.0 Non-Volatile memory controller [0108]: A [144d:a80a]", "other"),
    ],
)
def test_cards_are_told_apart(line: str, kind: str) -> None:
    (device,) = read_pci(line)
    kinds = {"graphics": device.is_graphics(), "wifi": device.is_wifi(), "ethernet": device.is_ethernet()}
    assert [name for name, is_it in kinds.items() if is_it] == ([] if kind == "other" else [kind])
    assert device.id is not None


def test_a_name_that_was_cut_costs_only_the_id() -> None:
    (device,) = read_pci("02:00.0 Network controller [0280]: A very long name... (rev 01)")
    assert (device.id, device.rev, device.name) == (None, "01", "A very long name...")


def test_a_device_with_many_interfaces_is_one() -> None:
    tree = (
        "/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/4p, 480M\n    ID 1d6b:0003 A\n"
        "    |__ Port 1: Dev 2, If 0, Class=Mass Storage, Driver=uas, 480M\n        ID ffff:0001 B\n"
        "    |__ Port 1: Dev 2, If 1, Class=Vendor, Driver=, 480M\n        ID ffff:0001 B\n"
    )
    assert [(usb.product_id, usb.is_storage) for usb in read_usb(tree)] == [("0003", False), ("0001", True)]
    assert [usb.name for usb in read_usb("Bus 001 Device 002: ID ffff:0001 C")] == ["C"]


def test_only_usb_disks_count() -> None:
    log = (
        "x kernel: scsi 0:0:0:0: Direct-Access ATA Z\nx kernel: sd 0:0:0:0: [sda] 9 512-byte logical blocks\n"
        "x kernel: usb 2-1: New USB device found, idVendor=ffff, idProduct=0001\n"
        "x kernel: scsi host1: usb-storage 2-1:1.0\nx kernel: sd 1:0:0:0: [sdb] 2 512-byte logical blocks\n"
    )
    assert [(disk.disk, disk.product_id, disk.size_bytes) for disk in read_kernel_disks(log)] == [
        ("sdb", "0001", 1024)
    ]


@pytest.mark.parametrize(
    ("lsblk", "df", "state"),
    [
        (
            '{"blockdevices": [{"name": "/dev/sda", "type": "disk", "children": [{"partlabel": "Tails"}]}]}',
            None,
            "none",
        ),
        (None, "/dev/mapper/TailsData_unlocked ext4", "unlocked"),
        ('{"blockdevices": [{"name": "/dev/sda", "type": "disk"}]}', None, None),
        ("/dev/bilibop is not a symlink", None, None),
        ('{"blockdevices": 3}', None, None),
        ("[" * 100_000, None, None),
    ],
)
def test_persistence_is_said_only_where_it_shows(
    lsblk: str | None, df: str | None, state: str | None
) -> None:
    found = read_storage(StorageSections(lsblk, df, None, None, None, None))
    assert found.persistence == state
    assert found.is_persistence_detectable == (state is not None)


def test_the_way_of_starting_is_known() -> None:
    assert read_firmware(None, "efivarfs on /sys/firmware", None).boot_mode == "uefi"
    assert read_firmware(None, "sysfs on /sys", None).boot_mode == "bios"
    assert read_firmware(None, None, None).boot_mode is None
    assert read_firmware(
        None, None, "x kernel: ACPI: RSDP 0x0 (v02 COREv4)\nx ACPI: XSDT COREBOOT"
    ).is_coreboot
    assert read_firmware(
        "boot=live nomodeset quiet FSUUID=A-B vsyscall=emulate", None, None
    ).extra_options == (
        "nomodeset",
        "vsyscall=emulate",
    )


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (["iwlwifi 0: Direct firmware load for x failed with error -2"], None),
        (["iwlwifi 0: no suitable firmware found!"], "fail"),
        (["iwlwifi 0: no suitable firmware found!", "iwlwifi 0: loaded firmware version 1"], "ok"),
        (["ath10k_pci 0: could not probe fw (-2)"], "fail"),
    ],
)
def test_the_last_word_on_wifi_counts(lines: list[str], outcome: str | None) -> None:
    assert read_kernel("\n".join(lines)).wifi == outcome


def test_the_stick_is_the_one_that_tails_runs_from(report: Read) -> None:
    hardware = report("7.6-everything").hardware
    assert hardware
    assert hardware.boot_stick
    assert hardware.boot_stick.product_id == "0002"
    assert hardware.boot_stick_sources == ("lsusb", "lsblk", "journal")
    assert hardware.mac_anonymization is False
    assert hardware.bridges is True
    assert hardware.kernel.wifi == "fail"


def test_old_lists_have_names_but_no_ids(report: Read) -> None:
    hardware = report("3.6-long-lines").hardware
    assert hardware
    assert hardware.as_dict()["graphics"] == "no PCI IDs before Tails 3.7"
    assert [card.name for card in hardware.wifi()] == ["Imagined Corp. Wireless 1"]
    assert hardware.mac_anonymization is True
    assert hardware.bridges is None
    assert hardware.storage.features == ("/home/amnesia/Persistent\tsource=Persistent",)


def test_localised_output_is_read(report: Read) -> None:
    hardware = report("5.15-french").hardware
    assert hardware
    assert hardware.storage.language == "fr"
    assert hardware.ram_total_mb == 4090
    assert hardware.cpu_model == "Imagined(R) Slow(TM) 1 CPU"
    assert hardware.storage.boot_disk
    assert hardware.storage.boot_disk.size == "7.5G"
    assert hardware.firmware.boot_mode == "bios"
    assert hardware.board.model() == "QEMU" or hardware.board.is_vm()
