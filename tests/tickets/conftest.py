"""A desk that can sign, and an ear for what the workers are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import LazySettings

from tests.keyrings import DESK, secret_home
from tickets.models import Queue


@pytest.fixture(scope="session")
def _desk_home() -> Iterator[Path]:
    with secret_home("desk") as home:
        yield home


@pytest.fixture
def signing(queue: Queue, _desk_home: Path, settings: LazySettings) -> Queue:
    """The queue, with its key in the desk's keyring."""
    settings.GNUPG_HOME = _desk_home
    queue.fingerprint = DESK
    queue.address = "desk@desk.example"
    queue.save()
    return queue


@pytest.fixture(scope="session")
def bob_home() -> Iterator[Path]:
    """Bob's own keyring, far away from the desk."""
    with secret_home("bob") as home:
        yield home


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the workers were told: (task, id)."""
    heard: list[tuple[str, str]] = []

    def hear(name: str, *, args: list[str], retry: bool) -> None:
        heard.append((name.removeprefix("tickets.tasks."), args[0]))

    monkeypatch.setattr(current_app, "send_task", hear)
    return heard
