"""A network of a test's own: a proxy, and behind it an HTTPS server that is every host there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.lib.web import Proxy
from tests.servers.https import Https, https_server
from tests.servers.socks import Socks, socks_proxy

DOMAIN = "user.example"
PROVIDER, KEYS_HOST, KEYSERVER = DOMAIN, f"openpgpkey.{DOMAIN}", "keys.example.org"
SOMEBODY_ELSE = "www.elsewhere.example"
"""A host whose certificate is for another one."""


@dataclass(frozen=True, slots=True)
class Net:
    """The two servers, and the way to them."""

    socks: Socks
    https: Https

    @property
    def proxy(self) -> Proxy:
        """What LOOKUP_PROXY and LOOKUP_CA_FILE would say."""
        return Proxy(self.socks.url, str(self.https.authority))


@contextmanager
def network(directory: Path, *more: str) -> Iterator[Net]:
    """All hosts can be reached; each answers that there is nothing."""
    hosts = (PROVIDER, KEYS_HOST, KEYSERVER, "xn--bcher-kva.example", *more)
    with socks_proxy() as socks, https_server(directory, *hosts) as https:
        socks.leads = dict.fromkeys((*hosts, SOMEBODY_ELSE), https.port)
        yield Net(socks, https)
