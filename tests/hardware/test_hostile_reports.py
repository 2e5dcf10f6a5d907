"""No text makes the reader raise, or think for long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.report.read import looks_like_report, read_report

_MEGABYTE = 1_000_000
_HEAD = "Subject: x\nTails-Version: 7.0 - 20250901\n\n"
_CMDLINE = "======= content of /proc/cmdline =======\n"
_JOURNAL = _HEAD + _CMDLINE + "a\n======= content of /bin/journalctl =======\n"
_LSPCI = _HEAD + _CMDLINE + "a\n======= content of /usr/bin/lspci -nn =======\n"
_LSBLK = _HEAD + _CMDLINE + "a\n======= content of /bin/lsblk =======\n"

_LINES = st.sampled_from(
    (
        "",
        "Subject: x",
        "From: a@example.org",
        "OpenPGP-Key: included below",
        "OpenPGP-Key: 0x",
        'Tails-Version: NAME="Tails"',
        "Tails-Version: 7",
        'VERSION="7.0"',
        "Bug-specific details:",
        "What happened instead?",
        "----------------------",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "-----END PGP PUBLIC KEY BLOCK-----",
        "mDMEawBfTxYJ",
        "===== content of /proc/cmdline =====",
        "======= content of /proc/cmdline =======",
        "======= content of /usr/bin/lspci -nn =======",
        "00:02.0 VGA compatible controller [0300]: [8086:0001]",
        "======= content of /usr/bin/lsusb --verbose --tree =======",
        "    |__ Port 1: Dev 2, If 0, Class=Mass Storage, Driver=uas, 480M",
        "        ID ffff:0001",
        "======= content of /bin/lsblk =======",
        '{"blockdevices": [{"name": null, "type": "disk", "size": 3, "children": [[]]}]}',
        "======= content of /bin/df =======",
        "/dev/sda1 live/mount/medium",
        "======= content of /bin/journalctl =======",
        "kernel: usb 1-1: New USB device found, idVendor=ffff, idProduct=0001",
        "kernel: scsi host0: uas",
        "kernel: sd 0:0:0:0: [sda] 1 512-byte logical blocks",
        "======= content of /var/lib/tca/tca.conf =======",
        '{"tor": {"bridges": 1}}',
        "Mem: 9 9",
        "\x00\x0c\u2028",
        "x" * 70,
        "word-",
    )
)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    read_report(text)
    looks_like_report(text, text)


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES | st.text(max_size=40), max_size=40))
def test_any_shuffling_of_a_report_can_be_read(lines: list[str]) -> None:
    report = read_report("\n".join(lines))
    if report:
        report.as_dict()
        report.facts()


@pytest.mark.no_cover  # Being measured takes six times as long as the work.
@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("", "="),
        ("", "-"),
        ("", "=====\n"),
        ("", "---\n"),
        ("", "Tails-Version:\n"),
        ("", "Tails-Version: 7.0\n"),
        ("", _CMDLINE),
        ("Subject: x\nFrom: ", "a@"),
        ("Subject: x\nOpenPGP-Key: ", "ab "),
        ("Subject: x\nOpenPGP-Key: included below\n\n", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
        (_HEAD, "abc\n---\n\n"),
        (_HEAD, "lorem-ipsum dolor sit amet consectetur adipiscing elit sed do eius-\n"),
        (_LSPCI, "00:02.0 VGA [0300]: [8086:5916]\n"),
        (_LSPCI + "00:02.0 ", "[8086:5916] "),
        (_LSBLK, "["),
        (_LSBLK, "9"),
        (_JOURNAL, "kernel: usb 1-1: Product: "),
        (_JOURNAL, "kernel: smpboot: CPU0: a "),
        (_JOURNAL, "kernel: sd 0:0:0:0: [sda] 1 512-byte logical blocks\n"),
    ],
)
def test_a_megabyte_is_read_within_a_second(start: str, unit: str) -> None:
    text = start + unit * (_MEGABYTE // len(unit))
    begin = time.process_time()
    read_report(text)
    looks_like_report(text)
    assert time.process_time() - begin < 1
