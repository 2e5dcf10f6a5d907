"""Mails with keys that lie beside the checkout, through the whole line: what is learned of them, and what never."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from crypto.gnupg import import_secret_key, stop_agent
from crypto.models import PublicKey
from tests.conftest import SHARED
from tests.mail.letters import keep
from tickets.mail import line
from tickets.models import Queue

THUNDERBIRD = SHARED / "pgp" / "thunderbird"
DELTA_CHAT = SHARED / "mail" / "deltachat" / "mails"
BOBS = "FBFCC82A015E7330"
CAROLS = "3099FF1238852B9F"

pytestmark = [pytest.mark.shared, pytest.mark.django_db, pytest.mark.usefixtures("queue", "alices")]


@pytest.fixture(scope="module")
def _alices_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="wd-"))
    try:
        (secret,) = (THUNDERBIRD / "keys").glob("060b9f-alice*-secret.asc")
        import_secret_key(home, secret.read_bytes())
        yield home
    finally:
        stop_agent(home)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def alices(_alices_home: Path, settings: LazySettings) -> None:
    """The desk has the key to which those mails are encrypted."""
    settings.GNUPG_HOME = _alices_home


def learned(folder: Path, name: str) -> list[tuple[str, str, str, bool]]:
    (mail,) = (path for path in folder.iterdir() if path.name.endswith(name))
    line.process(keep(mail.read_bytes()).pk)
    rows = PublicKey.objects.select_related("key")
    return [(row.fingerprint[-16:], row.state, row.source, row.encrypted) for row in rows]


def test_two_keys_of_eve_for_one_address_are_none() -> None:
    assert learned(THUNDERBIRD / "mails", "eve-duplicate.eml") == []


def test_of_unrelated_and_fake_keys_only_the_writers_own_is_proposed() -> None:
    found = learned(THUNDERBIRD / "mails", "unrelated-and-fake-keys-attached.eml")
    assert found == [(BOBS, "proposed", "attachment", False)]


def test_with_the_writers_key_pinned_the_attached_ones_change_nothing() -> None:
    folder = THUNDERBIRD / "mails"
    learned(folder, "signed-by-0xfbfcc82a015e7330-encrypted-to-0xf231550c4f47e38e-with-key.eml")
    pinned = PublicKey.objects.select_related("key").get()
    before = (pinned.pk, pinned.state, pinned.certificate)
    learned(folder, "unrelated-and-fake-keys-attached.eml")
    after = PublicKey.objects.select_related("key").get()
    assert (after.pk, after.state, after.certificate) == before == (pinned.pk, "in_use", pinned.certificate)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (
            "signed-by-0x3099ff1238852b9f-encrypted-to-0xf231550c4f47e38e-with-key.eml",
            (CAROLS, "in_use", True),
        ),
        (
            "signed-by-0x3099ff1238852b9f-to-0xf231550c4f47e38e-unencrypted-with-key.eml",
            (CAROLS, "proposed", False),
        ),
    ],
)
def test_a_key_is_used_unasked_only_from_inside_the_encryption(
    name: str, found: tuple[str, str, bool]
) -> None:
    fingerprint, state, encrypted = found
    assert learned(THUNDERBIRD / "mails", name) == [(fingerprint, state, "attachment", encrypted)]


def test_gossiped_keys_of_others_are_not_learned() -> None:
    found = learned(THUNDERBIRD / "mails", "signed-encrypted-autocrypt-gossip.eml")
    assert found == [(BOBS, "proposed", "autocrypt", False)]


@pytest.mark.parametrize(
    "name", ["AutocryptSetupMessage.eml", "k-9-autocrypt-setup-message.eml", "testrun_ndn.eml"]
)
def test_of_setup_messages_and_bounces_nothing_is_learned(name: str, queue: Queue) -> None:
    assert learned(DELTA_CHAT, name) == []
