"""Asking the network for somebody's key: at their mail provider, then at a key server; only because an agent clicked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crypto.correspondents.certificates import Certificate, State, read_certificates
from crypto.correspondents.wkd import advanced_url, by_email_url, direct_url
from crypto.errors import RefusedError
from helpdesk.lib.hosts import RefusedAddressError, ascii_host
from helpdesk.lib.web import (
    MOST_SECONDS,
    Answer,
    NotReachedError,
    Proxy,
    fetch,
)

ALL_SECONDS = 25.0
"""For all places together: an agent waits for it, and so does a thread of the web server."""
_LONGEST_LOCAL = 64


class Place(StrEnum):
    """Where keys are published; the words are those of crypto.models.PublicKey.Source."""

    WKD = "wkd"
    KEYSERVER = "keyserver"


class Outcome(StrEnum):
    """What came of asking at one place."""

    FOUND = "found"
    NOTHING = "nothing"
    SEVERAL = "several"
    UNUSABLE = "unusable"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Asked:
    """A place, what came of asking there, and the certificates to remember: none when there are several to choose from."""

    place: Place
    outcome: Outcome
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """How to ask, and whom besides the mail provider."""

    proxy: Proxy
    keyserver: str = ""
    """`https://…`; empty: none."""


def look_up(address: str, *, network: Network, now: datetime) -> tuple[Asked, ...]:
    """Ask one place after the other until one has a key; nobody else needs to know that we asked.

    Empty when the address is of a kind that nobody publishes keys for: then no connection was made.
    """
    try:
        local, domain = _parts(address)
    except RefusedAddressError:
        return ()
    asked = []
    for each in _ask(local, domain, network, now):
        asked.append(each)
        if each.outcome is Outcome.FOUND:
            break
    return tuple(asked)


def _ask(local: str, domain: str, network: Network, now: datetime) -> Iterator[Asked]:
    address, until = f"{local}@{domain}", time.monotonic() + ALL_SECONDS
    urls = [advanced_url(local, domain), direct_url(local, domain)]
    yield _judge(Place.WKD, _first_reached(urls, network.proxy, until), address, now)
    if network.keyserver:
        urls = [by_email_url(network.keyserver, local, domain)]
        yield _judge(Place.KEYSERVER, _first_reached(urls, network.proxy, until), address, now)


def _parts(address: str) -> tuple[str, str]:
    """The part before the @, and the domain as the network knows it; a domain that is no public host is refused."""
    local, _, domain = address.strip().rpartition("@")
    if not local.isprintable() or not 0 < len(local.encode(errors="replace")) <= _LONGEST_LOCAL:
        raise RefusedAddressError("no mail address")
    return local, ascii_host(domain)


def _first_reached(urls: list[str], proxy: Proxy, until: float) -> Answer | None:
    """The answer of the first that can be reached: that it has nothing is an answer, and the next is not asked."""
    for url in urls:
        left = until - time.monotonic()
        if left > 0:
            try:
                return fetch(url, proxy=proxy, seconds=min(MOST_SECONDS, left))
            except NotReachedError:
                continue
    return None


def _judge(place: Place, answer: Answer | None, address: str, now: datetime) -> Asked:
    """By the bytes alone. Of every certificate only what it says of this address is kept."""
    if answer is None or answer.status == 429 or answer.status >= 500:
        return Asked(place, Outcome.NOT_REACHED)
    if answer.status != 200:
        return Asked(place, Outcome.NOTHING)
    try:
        offered = read_certificates(answer.content, now=now, address=address)
    except RefusedError:
        return Asked(place, Outcome.UNUSABLE)
    theirs = tuple(each for each in offered if each.addresses)
    usable = [each for each in theirs if each.state is State.USABLE]
    if len(usable) > 1:
        # Nobody but their owner knows which; a revocation is believed all the same.
        dead = tuple(each for each in theirs if each.state is State.REVOKED)
        return Asked(place, Outcome.SEVERAL, dead)
    if usable:
        return Asked(place, Outcome.FOUND, theirs)
    return Asked(place, Outcome.UNUSABLE if theirs else Outcome.NOTHING, theirs)
