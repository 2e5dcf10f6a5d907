"""Message-IDs of ours: unguessable, so that a reply proves itself by naming one, and known again when they come back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Container

_OURS = re.compile(r"wd\.[0-9a-f]{32}")


def new_message_id(address: str) -> str:
    """A Message-ID with angle brackets: 128 random bits at the domain of the queue's address."""
    return f"<wd.{secrets.token_hex(16)}@{address.partition('@')[2]}>"


def is_secret(message_id: str) -> bool:
    """Whether it has the form of those that we make, with 128 bits that nobody guesses."""
    return _OURS.fullmatch(message_id.strip("<> ").rpartition("@")[0]) is not None


def is_ours(message_id: str, domains: Container[str]) -> bool:
    """Whether a desk at one of these domains made it. Colleagues who write from the same domain are no desk."""
    domain = message_id.strip("<> ").rpartition("@")[2]
    return is_secret(message_id) and domain.lower() in domains
