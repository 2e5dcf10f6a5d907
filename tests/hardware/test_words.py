"""The readers of words: address, key, version, sections, answers; tables of what comes in and out."""

from __future__ import annotations

import pytest

from hardware.report.contact import fingerprint_of, read_key, reply_address
from hardware.report.headers import read_headers, read_release
from hardware.report.questions import read_questions, readable
from hardware.report.sections import section_name, split_sections


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana <ana@example.com>", "ana@example.com"),
        ("write to ana@example.com. Or bo@example.org", "ana@example.com"),
        ("ana@b.museum", "ana@b.museum"),
        ("no address", None),
        (None, None),
        ("@" * 5000, None),
    ],
)
def test_the_first_address_is_taken(line: str | None, address: str | None) -> None:
    assert reply_address(line) == address


@pytest.mark.parametrize(
    ("line", "kind", "fingerprint"),
    [
        ("20261120", "short_id", None),
        ("0x20261120", "short_id", None),
        ("0123456789ABCDEF", "long_id", None),
        (
            "0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567",
            "fingerprint",
            "0123456789ABCDEF" * 2 + "01234567",
        ),
        ("see http://example.org/key.asc", "url", None),
        ("included below", "block", None),
    ],
)
def test_every_kind_of_key_is_known(line: str, kind: str, fingerprint: str | None) -> None:
    key = read_key(line, None, fingerprint_of)
    assert key
    assert (key.kind, key.fingerprint) == (kind, fingerprint)


@pytest.mark.parametrize("line", [None, "", "my key", "0123456", "hkps://example.org"])
def test_what_is_no_key_is_none(line: str | None) -> None:
    assert read_key(line, None, fingerprint_of) is None


@pytest.mark.parametrize(
    "body", ["", "\n\n", "\n\n!!!!\n", "\n\nbm90IGEga2V5\n", "\n\nmDMEawBfTxYJ\n", "\n\nwP8=\n"]
)
def test_a_broken_block_has_no_fingerprint(body: str) -> None:
    begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
    assert fingerprint_of(begin + body + end) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("======= content of /proc/cmdline =======", "/proc/cmdline"),
        ("===== content of /proc/cmdline =====", "content of /proc/cmdline"),
        ("===== output of command /bin/df -h =====", "output of command /bin/df -h"),
        ("===== listing of /etc/x =====", "listing of /etc/x"),
        (">  === content of /proc/cmdline ===", None),
        ("> ======= content of /proc/cmdline =======", None),
        ("content of /proc/cmdline", None),
        ("=" * 5000, None),
    ],
)
def test_markers_of_both_generations_are_known(line: str, name: str | None) -> None:
    assert section_name(line) == name


def test_a_missing_file_is_no_content() -> None:
    lines = ["===== content of /proc/cmdline =====", "x", "===== content of /etc/x =====", "Not found"]
    assert [section.is_missing() for section in split_sections(lines).sections] == [False, True]


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        (["Subject: x", "Tails-Version: 5.15.1 - 20230711"], "5.15.1"),
        (["Subject: x", 'Tails-Version: NAME="Tails"', 'VERSION="7.0~rc1"'], "7.0~rc1"),
        (["Subject: x", "Tails-Version: tails-version command not found"], None),
        (["Subject: x", "", "Tails-Version: 1.0 - 20100101"], None),
    ],
)
def test_the_version_is_read_in_all_forms(lines: list[str], version: str | None) -> None:
    headers = read_headers(lines)
    assert headers
    assert headers.tails_version == version


def test_quotes_that_the_sanitiser_ate_do_no_harm() -> None:
    assert read_release(['HOME_URL="https://[URL REMOVED]', 'VERSION="7.1']) == "7.1"


def test_wrapped_lines_are_joined_and_own_lines_kept() -> None:
    lines = [
        "These words go on until the line is so full that the next word cannot",
        "fit there.",
        "This line is mine.",
        "- a list",
        "- of things, of which one is so long that it has to go on in the next",
        "line",
        "",
        "x" * 70,
        "x" * 20,
    ]
    assert readable(lines, "7.0") == (
        "These words go on until the line is so full that the next word cannot fit there.\n"
        "This line is mine.\n- a list\n"
        "- of things, of which one is so long that it has to go on in the next line\n\n" + "x" * 90
    )


def test_armor_in_an_answer_is_not_joined() -> None:
    lines = ["A" * 64, "B" * 64]
    assert readable(lines, "7.0") == "\n".join(lines)


@pytest.mark.parametrize(
    ("lines", "headings"),
    [
        (["受影响软件的名称", "--------", "", "x"], ["受影响软件的名称"]),
        (["受影响软件的名称", "----------------", "", "x"], ["受影响软件的名称"]),
        (["Résultat souhaité", "-----------------", "", "x"], ["Résultat souhaité"]),
        (["word", "-----------------------------"], []),
        (["What happened instead?", "-" * 22, "", "Mine", "----"], ["What happened instead?"]),
    ],
)
def test_headings_are_known_by_their_dashes(lines: list[str], headings: list[str]) -> None:
    assert [heading for heading, _ in read_questions(lines, "5.0")] == headings
