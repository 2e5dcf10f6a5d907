"""Hosts that may be asked: public ones, under one reading, so that nobody can aim the desk at itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import idna

_LONGEST_HOST = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Names that stand for this machine or its neighbours, and those that can be nobody's (RFC 6761, RFC 6762, RFC 8375).
_NOT_PUBLIC = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "invalid"}
)


class RefusedAddressError(Exception):
    """An address that we ask nothing of: nothing was sent. The text does not name it."""


def public_host(address: str) -> str:
    """The host of an address that may be asked, in ASCII; else RefusedAddressError."""
    # What parsers leave out without a word (tabs, line ends) or change (other scripts) is not in there at all.
    if not address.isascii() or not address.isprintable() or " " in address:
        raise RefusedAddressError("not written as an address")
    try:
        url = urlsplit(address)
        has_more = url.username is not None or url.password is not None or url.port is not None
    except ValueError:
        raise RefusedAddressError("no address") from None
    if url.scheme != "https" or has_more or url.fragment or url.netloc != (url.hostname or ""):
        raise RefusedAddressError("not a plain https address")
    return ascii_host(url.hostname or "")


def ascii_host(name: str) -> str:
    """A public host name as the network knows it: lower case, international ones encoded; else RefusedAddressError."""
    try:
        host = idna.encode(name, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise RefusedAddressError("no host name") from None
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise RefusedAddressError("no public host name")
    # No top-level domain begins with a digit, so an IP address in any of its spellings ends here.
    if labels[-1] in _NOT_PUBLIC or labels[-1][0].isdigit():
        raise RefusedAddressError("not a public host")
    return host
