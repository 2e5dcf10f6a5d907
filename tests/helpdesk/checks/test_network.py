"""What may be asked of the network, and through what, is checked before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks

from helpdesk.checks.refusal import TAG

OURS = {f"{TAG}.E030", f"{TAG}.E031", f"{TAG}.E032"}


@pytest.fixture(autouse=True)
def safe(settings: LazySettings) -> LazySettings:
    settings.LOOKUP_PROXY, settings.LOOKUP_CA_FILE = "socks5h://127.0.0.1:9050", ""
    settings.KEYSERVER = "https://keys.openpgp.org"
    return settings


def found() -> list[str]:
    return [str(message.id)[-4:] for message in run_checks(tags=[TAG]) if message.id in OURS]


def test_tor_and_the_usual_key_server_are_well() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOOKUP_PROXY", "", []),
        ("LOOKUP_PROXY", "socks5h://name:secret@proxy.example.org:1080", []),
        ("LOOKUP_PROXY", "socks5://127.0.0.1:9050", ["E030"]),
        ("LOOKUP_PROXY", "http://127.0.0.1:8118", ["E030"]),
        ("LOOKUP_PROXY", "127.0.0.1:9050", ["E030"]),
        ("LOOKUP_PROXY", "socks5h://", ["E030"]),
        ("KEYSERVER", "", []),
        ("KEYSERVER", "http://keys.openpgp.org", ["E031"]),
        ("KEYSERVER", "https://localhost", ["E031"]),
        ("KEYSERVER", "https://keys.openpgp.org:8443", ["E031"]),
        ("LOOKUP_CA_FILE", "/nowhere.pem", ["E032"]),
        ("LOOKUP_CA_FILE", str(Path(__file__)), []),
    ],
)
def test_a_wrong_setting_is_named(safe: LazySettings, name: str, value: str, expected: list[str]) -> None:
    setattr(safe, name, value)
    assert found() == expected
