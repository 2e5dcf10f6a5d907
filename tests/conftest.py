"""What every test finds: a desk of its own with three people, and no way to the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from crypto.epochs import EpochKeys
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests import scoreboard
from tests.keyrings import DESK, secret_home
from tickets.models import Queue

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
PASSWORD = "correct horse battery staple"
DESK_ADDRESS = "desk@desk.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only tests that say which server they need may open a connection."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("servers", "browser", "faults")):
            item.add_marker(pytest.mark.enable_socket)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What cannot be tested here is skipped at home and fails where everything must be there."""
    for marker, (is_there, what) in _needs().items():
        if item.get_closest_marker(marker) and not is_there:
            if os.environ.get("CI") == "true":
                pytest.fail(what, pytrace=False)
            pytest.skip(what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of each corpus came out right stands where everybody looks."""
    if scores := scoreboard.lines():
        terminalreporter.section("scoreboard")
        for line in scores:
            terminalreporter.write_line(line)


def _needs() -> dict[str, tuple[bool, str]]:
    with_servers = "WD_TEST_IMAPS" in os.environ
    return {
        "servers": (with_servers, "the servers are not up: `make test` starts them"),
        "faults": (with_servers, "the servers are not up: `make test` starts them"),
        "browser": (
            shutil.which("chromium") is not None,
            "Chromium is not installed: apt-get install chromium",
        ),
        "shared": (SHARED.is_dir(), "the test data beside the checkout is not there"),
    }


@pytest.fixture(scope="session")
def shared() -> Path:
    """The test data that lies beside the checkout; only for tests marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def _first_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An epoch key and the look-up key, made once: a copy costs no wait for the disk."""
    directory = tmp_path_factory.mktemp("keys", numbered=True)
    epochs = EpochKeys(directory)
    epochs.create(date(2026, 1, 1))
    epochs.digest("test", b"makes the look-up key")
    return directory


@pytest.fixture(autouse=True)
def vault(_first_keys: Path, tmp_path: Path, settings: LazySettings) -> Path:
    """Epoch keys and sealed files of this test alone; gives the directory that holds both."""
    directory = tmp_path / "vault"
    shutil.copytree(_first_keys, directory / "keys")
    settings.KEYS_DIR, settings.BLOBS_DIR = directory / "keys", directory / "blobs"
    return directory


@pytest.fixture(scope="session")
def _desk_home() -> Iterator[Path]:
    with secret_home("desk") as home:
        yield home


@pytest.fixture
def keyring(_desk_home: Path, settings: LazySettings) -> SecretKeyring:
    """The desk's own OpenPGP key, from tests/keys; where the desk looks for it, too."""
    settings.GNUPG_HOME = _desk_home
    return SecretKeyring(_desk_home)


@pytest.fixture
def queue(db: None) -> Queue:
    """Takes all mail, and lets what came in clear be answered so; Alice and Bob work on it."""
    return Queue.objects.create(
        slug="english",
        name="English",
        language="en",
        address=DESK_ADDRESS,
        fingerprint=DESK,
        is_default=True,
        without_key=Queue.WithoutKey.PLAIN,
    )


@pytest.fixture
def alice(queue: Queue) -> User:
    """The agent."""
    return _agent("alice", "Alice", queue)


@pytest.fixture
def bob(queue: Queue) -> User:
    """Her colleague on the same queue."""
    return _agent("bob", "Bob", queue)


@pytest.fixture
def charlie(db: None) -> User:
    """An agent of no queue: he must see nothing."""
    return _agent("charlie", "Charlie", None)


@pytest.fixture
def desk(alice: User) -> Iterator[Client]:
    """A browser in which Alice is signed in."""
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    yield client
    client.logout()


def _agent(username: str, first_name: str, queue: Queue | None) -> User:
    agent = User.objects.create_user(username, password=PASSWORD, first_name=first_name)
    if queue is not None:
        queue.members.add(agent)
    return agent
