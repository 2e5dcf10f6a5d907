"""Keyrings for the tests of crypto, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crypto.openpgp import SecretKeyring
from tests.keyrings import secret_home


@pytest.fixture(scope="session")
def homes() -> Iterator[dict[str, Path]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(secret_home(name)) for name in ("desk", "bob", "carol")}


@pytest.fixture
def desk_keys(homes: dict[str, Path]) -> SecretKeyring:
    return SecretKeyring(homes["desk"])


@pytest.fixture
def bob_keys(homes: dict[str, Path]) -> SecretKeyring:
    return SecretKeyring(homes["bob"])


@pytest.fixture
def carol_keys(homes: dict[str, Path]) -> SecretKeyring:
    """Carol's key has a passphrase, and the first one to try is wrong."""
    return SecretKeyring(homes["carol"], ("falsch", "geheim"))
