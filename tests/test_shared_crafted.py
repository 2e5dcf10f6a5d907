"""Attacks and bombs through the whole line: each ends in one place in time, and an honest mail after it is filed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from crypto.keyfolder import open_key_folder
from crypto.vault import blob_store
from tests.conftest import SHARED
from tests.mail.letters import keep, mail
from tickets.mail import line
from tickets.models import Incoming, Message, Outgoing, Ticket

FOLDER = SHARED / "pgp" / "crafted"
MANIFEST: list[dict[str, Any]] = (
    json.loads((FOLDER / "expect.json").read_bytes())["mails"] if FOLDER.is_dir() else []
)
CASES = [pytest.param(each, id=Path(each["mail"]).stem) for each in MANIFEST] or [
    pytest.param({}, id="absent")
]
SECONDS = 30
State = Incoming.State
pytestmark = [pytest.mark.shared, pytest.mark.django_db, pytest.mark.usefixtures("queue")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("keys")
    for key in (FOLDER / "keys").iterdir():
        shutil.copy(key, folder)
    with open_key_folder(folder) as (keyring, _):
        yield keyring.home


@pytest.mark.parametrize("entry", CASES)
def test_a_crafted_mail_ends_in_one_place_and_holds_nobody_up(
    entry: dict[str, Any], home: Path, settings: LazySettings, vault: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GNUPG_HOME = home
    raw = (FOLDER / entry["mail"]).read_bytes()
    crafted, good = keep(raw), keep(mail())
    begun = time.monotonic()
    line.process(crafted.pk)
    assert time.monotonic() - begun < SECONDS
    line.process(good.pk)
    for incoming in (crafted, good):
        incoming.refresh_from_db()
    assert good.state == State.FILED
    assert crafted.state in {State.FILED, State.QUARANTINED, State.SET_ASIDE}
    assert crafted.reason not in {"unexpected", "gave_up"}
    assert Ticket.objects.count() == (2 if crafted.state == State.FILED else 1)
    if crafted.state != State.FILED:
        assert crafted.read() == raw
    lacks = entry.get("expect", {}).get("text_lacks")
    for message in Message.objects.select_related("ticket__key") if lacks else ():
        assert lacks not in f"{message.text}{message.full_text}{message.subject}"
    assert entry.get("marker", "SECRET-MARKER") not in caplog.text
    assert all(b"SECRET-MARKER" not in path.read_bytes() for path in blob_store().root.rglob("*/*"))
    assert not Outgoing.objects.exists()
