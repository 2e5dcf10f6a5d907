"""What comes in makes the desk ask nobody: neither in a network without a way out, nor where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_encrypted, build_signed
from tests.keyrings import BOB, KEYS, certificate, secret_home
from tests.mail.letters import mail

ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "tests" / "mails"
ALONE = ["unshare", "--user", "--map-root-user", "--net"]
"""A network of its own, with nothing in it but a loopback that is down."""


def _run(prefix: list[str], keys: Path, files: list[Path]) -> dict[str, Any]:
    """A process of its own on SQLite, with directories of its own."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DATA_DIR", "KEYS_DIR", "GNUPG_HOME", "BLOBS_DIR"}
    }
    command = [*prefix, sys.executable, "-m", "tests.mail.offline", str(keys), *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=600, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """Skipped only where the kernel forbids it to us."""
    tried = subprocess.run([*ALONE, "true"], stderr=subprocess.PIPE, check=False)
    if tried.returncode:
        pytest.skip(f"this machine gives us no network namespace: {tried.stderr.decode().strip()}")
    return ALONE


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk's secret key for `inspect_mail`."""
    folder = tmp_path_factory.mktemp("keys")
    shutil.copy(KEYS / "desk.secret.asc", folder)
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Our own mails, and some that would have a curious desk look for keys, pictures and names."""
    folder = tmp_path_factory.mktemp("mails")
    remote = '<p>Look <img src="https://tracker.example/x.png"><a href="https://user.example/">here</a></p>'
    html = "MIME-Version: 1.0\nContent-Type: text/html"
    tempting = {
        "remote": mail(text=remote, head=html),
        "external": mail(
            text="", head='Content-Type: message/external-body; access-type=URL; URL="https://user.example/x"'
        ),
        "keyserver": mail(head="OpenPGP: id=B7CA123B354BC0FA; url=https://user.example/key.asc"),
        "receipt": mail(
            head="Disposition-Notification-To: <ana@user.example>\nReturn-Receipt-To: <ana@user.example>"
        ),
        "unsubscribe": mail(head="List-Unsubscribe: <https://user.example/gone>"),
    }
    with secret_home("bob") as home:
        letter = _letter()
        bob = SecretKeyring(home)
        tempting["signed"] = build_signed(letter, keyring=bob, signer=BOB)
        tempting["sealed"] = build_encrypted(
            letter, keyring=bob, signer=BOB, recipients=[certificate("desk")]
        )
    for name, content in tempting.items():
        (folder / f"{name}.eml").write_bytes(content)
    return [*sorted(folder.iterdir()), *sorted(MAILS.rglob("*.eml"))]


def _letter() -> Any:
    from email.message import EmailMessage
    from email.policy import SMTP

    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"], letter["Subject"] = "bob@user.example", "desk@desk.example", "Sound"
    letter["Date"], letter["Message-ID"] = "Mon, 02 Mar 2026 12:00:00 +0000", "<sound@user.example>"
    letter.set_content("It is silent. My key: https://user.example/bob.asc\n")
    return letter


def test_without_a_way_out_everything_comes_in_as_with_one(
    alone: list[str], keys: Path, files: list[Path]
) -> None:
    told = _run(alone, keys, files)
    assert (told["route"], told["asked"]) == (False, [])
    assert {each["error"] for each in told["inspected"]} == {None}
    assert len(told["states"]) == len(files)
    assert "filed" in told["states"]
    free = _run([], keys, files)
    assert free["asked"] == []
    assert (free["inspected"], free["states"]) == (told["inspected"], told["states"])


@pytest.mark.shared
@pytest.mark.parametrize("source", ["rt", "crafted", "protected-headers", "covert-content", "thunderbird"])
def test_the_mails_beside_the_checkout_ask_nobody(
    alone: list[str], shared: Path, tmp_path: Path, source: str
) -> None:
    folder = shared / "pgp" / source
    truth = json.loads((folder / "expect.json").read_text("utf-8"))
    keys = shutil.copytree(folder / "keys", tmp_path / "keys")
    for number, passphrase in enumerate(truth["passphrases"]):
        (keys / f"{number}.passphrase").write_text(passphrase, "utf-8")
    files = [folder / each["mail"] for each in truth["mails"]]
    told = _run(alone, keys, files)
    assert (told["route"], told["asked"]) == (False, [])
    assert {each["error"] for each in told["inspected"]} == {None}
    assert told["states"]


def test_the_listener_hears(tmp_path: Path) -> None:
    """Else its silence would prove nothing."""
    program = (
        "import socket, sys; from tests.mail import offline; sys.addaudithook(offline.listen)\n"
        "door = socket.socket(); door.settimeout(0.01)\n"
        "try: door.connect(('127.0.0.1', 1))\n"
        "except OSError: pass\n"
        "try: socket.socket(socket.AF_UNIX).connect('/nowhere')\n"
        "except OSError: pass\n"
        "print(offline.asked)"
    )
    heard = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert heard.stdout.decode().strip() == "['socket.connect']"
