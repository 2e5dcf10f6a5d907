"""The OpenPGP mails beside the checkout, through the command: what it says agrees with what is allowed."""

from __future__ import annotations

import io
import json
import shutil
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.mail.test_open_shared import BETTER
from tests.scoreboard import record

pytestmark = pytest.mark.shared

# Nothing in the attack groups may ever come out otherwise than their manifest says.
GROUPS = {
    "rt": "crypto",
    "thunderbird": "crypto",
    "protected-headers": "crypto",
    "covert-content": "attack",
    "crafted": "attack",
}


def _inspected(files: list[Path], keys: Path) -> list[dict[str, object]]:
    output = io.StringIO()
    call_command("inspect_mail", *map(str, files), "--keys", str(keys), stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def _keys(folder: Path, passphrases: list[str], keys: Path) -> Path:
    shutil.copytree(folder, keys)
    for number, passphrase in enumerate(passphrases):
        (keys / f"{number}.passphrase").write_text(passphrase, "utf-8")
    return keys


def _disagreements(mail: dict[str, object], expect: dict[str, object]) -> list[str]:
    """The keys of `expect` that the object does not agree with."""
    signature = mail["signature"]
    assert isinstance(signature, dict)
    agrees = {
        "encryption": mail["encryption"] in _list(expect, "encryption"),
        "signature": signature["state"] in _list(expect, "signature"),
        "signature_not": signature["state"] not in _list(expect, "signature_not"),
        "text_lacks": str(expect.get("text_lacks")) not in str(mail["text"]),
        "machine": bool(mail["machine"]) is expect.get("machine"),
    }
    return [name for name in agrees if name in expect and not agrees[name]]


def _list(expect: dict[str, object], name: str) -> list[object]:
    value = expect.get(name, [])
    assert isinstance(value, list)
    return value


@pytest.mark.parametrize("source", GROUPS)
def test_the_command_agrees_with_the_truth(shared: Path, tmp_path: Path, source: str) -> None:
    folder = shared / "pgp" / source
    truth = json.loads((folder / "expect.json").read_text("utf-8"))
    keys = _keys(folder / "keys", truth["passphrases"], tmp_path / "keys")
    begun = time.monotonic()
    found = _inspected([folder / mail["mail"] for mail in truth["mails"]], keys)
    assert time.monotonic() - begun < 30 * len(found)
    wrong = {
        Path(str(mail["file"])).name: disagreements
        for mail, true in zip(found, truth["mails"], strict=True)
        if (disagreements := _disagreements(mail, true.get("expect") or {})) or mail["error"]
    }
    record(f"{GROUPS[source]}: {source}", len(found) - len(wrong), len(found))
    assert {name.rpartition("__")[2] for name in wrong} <= (BETTER if GROUPS[source] == "crypto" else set())


def test_reports_are_read_whatever_they_are_wrapped_in(shared: Path, tmp_path: Path) -> None:
    folder = shared / "whisperback"
    shutil.copy(folder / "helpdesk-throwaway-secret-keys.asc", tmp_path)
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    found = dict(
        zip(truth, _inspected([folder / each["file"] for each in truth.values()], tmp_path), strict=True)
    )
    for name, true in truth.items():
        mail = found[name]
        if "plaintext" in true:
            assert str(mail["text"]).strip() == (folder / true["plaintext"]).read_text("utf-8").strip(), name
            assert mail["language"] == true["report"]["language"], name
    outcomes = {name[:2]: (mail["outcome"], mail["reason"]) for name, mail in found.items() if name[0] == "s"}
    assert outcomes == {
        "s1": ("accepted", None),
        "s3": ("accepted", None),
        "s5": ("quarantined", "refused"),
        "s7": ("set_aside", "no_key"),
    }
    assert found["s1-schleuder-rewrapped"]["report"]
    assert found["s3-plain-pasted-report"]["report"]
