"""The reports that WhisperBack's own code made, and 200 with real hardware, agree with what they must say."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardware.report.facts import Report
from hardware.report.pci import PciDevice
from hardware.report.read import looks_like_report, read_report

pytestmark = pytest.mark.shared

_DATA = Path(__file__).parents[3] / "shared" / "data"
_NAMES = ("r01-en-mbp-wifi", "r02-fr-hp-rtl8723be-key", "r03-de-dell-fingerprint", "r06-ru-x99-keyurl")
_MORE = ("r09-pt-5700u-shortid", "r11-en-x240-textera", "r13-en-qemu-nothing", "r15-en-imac-adversarial")
# These stand in the truth because its makers knew them, and nowhere in the report.
_NOT_IN_THE_REPORT = {
    "r03-de-dell-fingerprint": {"persistent_storage"},
    "r11-en-x240-textera": {"boot_stick"},
}


@pytest.mark.parametrize("name", _NAMES + _MORE)
def test_a_real_report_is_read_exactly(name: str) -> None:
    truth = _truth("whisperback")[name]
    report = _read(_DATA / "whisperback" / truth["plaintext"])
    printed = replace(report, language=truth["report"]["language"]).as_dict()
    hardware: Any = printed.pop("hardware")
    assert printed == truth["report"]
    assert [section.name for section in report.sections] == truth["sections"]
    skip = _NOT_IN_THE_REPORT.get(name, set())
    assert _without(hardware, skip) == _without(truth["hardware"], skip)


def test_the_hardware_of_200_computers_is_found() -> None:
    wrong: dict[str, list[str]] = {}
    for name, truth in _truth("hardware").items():
        report = _read(_DATA / "hardware" / "reports" / f"{name}.txt")
        for fact in _disagreements(report, truth):
            wrong.setdefault(fact, []).append(name)
    # Some reports have no list of devices, or one without ids; in four the truth counts a Wi-Fi card as
    # Ethernet, or as Wi-Fi what is none; one has a log that was pasted from another computer.
    limits = {"graphics": 7, "wifi": 11, "ethernet": 6, "boot_mode": 1}
    assert {fact: names for fact, names in wrong.items() if len(names) > limits.get(fact, 0)} == {}


def _disagreements(report: Report, truth: dict[str, Any]) -> list[str]:
    hardware = report.hardware
    assert hardware
    stick = hardware.boot_stick
    outcome = {"ok": "ok", "fail": "fail"}.get(truth["wifi_outcome"])
    system = truth["dmi"].get("sys", {})
    checks = {
        "version": report.tails_version == truth["tails_version"],
        "graphics": _devices(hardware.graphics()) == _wanted(truth["graphics"]),
        "wifi": _devices(hardware.wifi()) == _wanted(truth["wifi"]),
        "ethernet": _devices(hardware.ethernet()) == _wanted(truth["ethernet"]),
        "stick": stick is not None and f"{stick.vendor_id}:{stick.product_id}" == truth["boot_stick"]["id"],
        "device": f"/dev/{hardware.storage.boot_device}" == truth["boot_stick"]["blockdev"],
        "boot_mode": hardware.firmware.boot_mode == truth["boot_mode"],
        "ram": hardware.ram_total_mb == truth["ram_mb"],
        "persistence": (hardware.storage.persistence != "none") == truth["has_persistence"],
        "wifi outcome": hardware.kernel.wifi == outcome,
        "maker": hardware.board.manufacturer == (_said(system, "Manufacturer")),
        "product": hardware.board.product_name == (_said(system, "Product Name")),
    }
    return [name for name, agrees in checks.items() if not agrees]


def _said(system: dict[str, str | None], name: str) -> str | None:
    return (system.get(name) or "").strip() or None


def _devices(devices: tuple[PciDevice, ...]) -> list[tuple[str | None, ...]]:
    # lspci leaves revision 00 out.
    return [(card.slot, card.class_code, card.id, card.rev or "00") for card in devices if card.id]


def _wanted(devices: list[dict[str, str]] | None) -> list[tuple[str, ...]]:
    return [(card["slot"], card["class"], card["id"], card["rev"]) for card in devices or []]


def _without(hardware: Any, skip: set[str]) -> Any:
    return hardware and {name: value for name, value in hardware.items() if name not in skip}


def _read(path: Path) -> Report:
    text = path.read_text(encoding="utf-8")
    assert looks_like_report(text)
    report = read_report(text)
    assert report
    return report


def _truth(folder: str) -> dict[str, Any]:
    path = _DATA / folder / "truth.json"
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"the shared test data is not beside the checkout: {path}")
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return truth
