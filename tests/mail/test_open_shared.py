"""Every OpenPGP mail of the test data beside the checkout comes out as its manifest says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crypto.gnupg import import_secret_key
from crypto.keyfolder import open_key_folder
from crypto.openpgp import KnownCertificate, SecretKeyring
from crypto.verdict import Encryption
from tests.keyrings import secret_home
from tickets.mail.letter import Opened, Sealed
from tickets.mail.open import open_mail

pytestmark = pytest.mark.shared

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = ("rt", "crafted", "thunderbird", "covert-content", "protected-headers")
# Their manifest records what a run without repairs and with locked keys beside the right one made of these three; the
# mail program that they come from decrypts each of them, and nothing that is seen of any stands outside of it. One asks
# for a blank in an empty line to be passed over, one for the keys to be tried in turn, one for Exchange to be mended.
BETTER = {
    "bob-enc-inline-nbsp-qp.eml",
    "encrypted-to-alice-as-hidden-recipient.eml",
    "alice-broken-exchange.eml",
}
Ring = tuple[SecretKeyring, tuple[KnownCertificate, ...]]


def cases() -> list[Any]:
    manifests = {each: SHARED / "pgp" / each / "expect.json" for each in SOURCES}
    found = [
        pytest.param(source, entry, id=f"{source}/{Path(entry['mail']).name}")
        for source, manifest in manifests.items()
        if manifest.exists()
        for entry in json.loads(manifest.read_bytes())["mails"]
    ]
    return found or [pytest.param("none", {}, id="absent")]


@pytest.fixture(scope="module")
def rings() -> Iterator[dict[str, Ring]]:
    with ExitStack() as stack:
        yield {each: stack.enter_context(open_key_folder(SHARED / "pgp" / each / "keys")) for each in SOURCES}


@pytest.mark.parametrize(("source", "entry"), cases())
def test_a_mail_is_judged_as_its_manifest_says(
    source: str, entry: dict[str, Any], rings: dict[str, Ring]
) -> None:
    keyring, certificates = rings[source]
    raw = (SHARED / "pgp" / source / entry["mail"]).read_bytes()
    before = time.monotonic()
    opened = open_mail(Sealed(raw), keyring, lambda address: certificates)
    assert time.monotonic() - before < 30
    expected = entry.get("expect", {})
    if entry["mail"].endswith(tuple(BETTER)):
        expected = {**expected, "encryption": ["ok"]}
    assert opened.encryption in expected.get("encryption", list(Encryption))
    assert opened.signature.state in expected.get("signature", [opened.signature.state])
    assert opened.signature.state not in expected.get("signature_not", [])
    assert expected.get("text_lacks", "\0\0").encode() not in (opened.content or b"")
    assert (opened.content is None) == (opened.encryption in {Encryption.REFUSED, Encryption.NO_KEY})


@pytest.fixture(scope="module")
def reports() -> Iterator[SecretKeyring]:
    folder = SHARED / "whisperback"
    with secret_home() as home:
        import_secret_key(home, (folder / "helpdesk-throwaway-secret-keys.asc").read_bytes())
        yield SecretKeyring(home)


def open_report(keyring: SecretKeyring, path: Path) -> Opened:
    return open_mail(Sealed(path.read_bytes()), keyring, lambda address: ())


def test_every_report_of_whisperback_is_opened(reports: SecretKeyring) -> None:
    found = [open_report(reports, path) for path in sorted((SHARED / "whisperback" / "emls").glob("*.eml"))]
    assert [opened.encryption for opened in found] == [Encryption.OK] * 8
    assert all(opened.content for opened in found)


@pytest.mark.parametrize(
    ("name", "encryption"),
    [
        ("s1-schleuder-rewrapped", Encryption.OK),
        ("s3-plain-pasted-report", Encryption.NONE),
        ("s5-corrupted-ciphertext", Encryption.REFUSED),
        ("s7-unknown-recipient", Encryption.NO_KEY),
    ],
)
def test_deviating_envelopes_are_judged(reports: SecretKeyring, name: str, encryption: Encryption) -> None:
    assert open_report(reports, SHARED / "whisperback" / "synthetic" / f"{name}.eml").encryption is encryption
