"""Mails made to have us send what we decrypt: each is filed, answered in every way, acknowledged, and gives nothing away."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crypto.gnupg import import_secret_key
from crypto.keyfolder import open_key_folder
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.conftest import DESK_ADDRESS, SHARED
from tests.keyrings import KEYS
from tests.wire import Wire, inside, outside
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.errors import ActionError
from tickets.mail import send
from tickets.models import AutomaticMail, Message, Outgoing, Queue, Ticket
from tickets.travel import Way

SOURCES = ("covert-content", "crafted")
MINE = "Thank you, we look into it."
BOMBS = ("flood", "bomb", "mime-", "hdr-", "html-div")
"""What is made to hold us up is looked at elsewhere."""


def cases() -> list[Any]:
    manifests = {each: SHARED / "pgp" / each / "expect.json" for each in SOURCES}
    found = [
        pytest.param(source, entry, id=f"{source}/{Path(entry['mail']).stem}")
        for source, manifest in manifests.items()
        if manifest.exists()
        for entry in json.loads(manifest.read_bytes())["mails"]
        if not any(bomb in entry["mail"] for bomb in BOMBS)
    ]
    return found or [pytest.param("none", {}, id="absent")]


pytestmark = [pytest.mark.shared, pytest.mark.django_db]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """For each source the victim's keys and the desk's own, in one home: the victim is the desk."""
    with contextlib.ExitStack() as stack:
        homes = {}
        for source in SOURCES:
            folder = tmp_path_factory.mktemp("keys")
            for key in (SHARED / "pgp" / source / "keys").iterdir():
                shutil.copy(key, folder)
            keyring, _ = stack.enter_context(open_key_folder(folder))
            import_secret_key(keyring.home, (KEYS / "desk.secret.asc").read_bytes())
            homes[source] = keyring.home
        yield homes


@pytest.fixture
def wire(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Wire:
    Queue.objects.update(acknowledges=True)
    recorded = Wire()
    monkeypatch.setattr(send, "hand_over", recorded.hand_over)
    return recorded


def _to_us(raw: bytes) -> bytes:
    """The mail as if it had been sent to the desk, or it would not even be acknowledged."""
    head, gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    renamed = re.sub(rb"(?im)^to:", b"X-Was-To:", head)
    return b"To: " + DESK_ADDRESS.encode() + b"\n" + renamed + gap + body


@pytest.mark.parametrize(("source", "entry"), cases())
def test_nothing_of_it_leaves(
    source: str,
    entry: dict[str, Any],
    homes: dict[str, Path],
    wire: Wire,
    alice: User,
    settings: LazySettings,
) -> None:
    settings.GNUPG_HOME = homes[source]
    raw = (SHARED / "pgp" / source / entry["mail"]).read_bytes()
    for policy in Queue.WithoutKey:
        Queue.objects.update(without_key=policy)
        AutomaticMail.objects.all().delete()
        ticket = wire.take(f"X-Time: {policy.value}\n".encode() + _to_us(raw))
        if ticket is not None:
            _answer(ticket, alice)
            wire.work()
    keyring = SecretKeyring(homes[source])
    for _, mail in wire.sent:
        for read in (outside(mail), inside(mail, keyring)):
            for marker in _markers(entry):
                assert marker not in read
    is_control = "control" in entry["class"]
    if is_control:
        shown = [each.text for each in Message.objects.filter(kind="inbound").select_related("ticket__key")]
        assert any(_markers(entry)[-1] in text for text in shown)  # An agent can read it.
        assert Outgoing.objects.filter(state=Outgoing.State.SENT).exists()
    if Message.objects.filter(kind="inbound").exclude(encryption="none").exists():
        assert not any(MINE in outside(mail) for _, mail in wire.sent)


def _answer(ticket: Ticket, by: User) -> None:
    for way in Way:
        with contextlib.suppress(ActionError):
            fresh = Ticket.objects.select_related("queue", "key").get(pk=ticket.pk)
            answer_ticket(fresh, MINE, by=by, now=timezone.now(), shown=Shown(way))


def _markers(entry: dict[str, Any]) -> tuple[str, ...]:
    """The manifest's, and what stands between its stars: headers of a part may be read apart from its words."""
    marker = str(entry["marker"])
    words = re.search(r"\*\*\*.*\*\*\*", marker)
    return (marker, words[0]) if words else (marker,)
