"""The one door for outgoing HTTP: small answers, over TLS, through the proxy that the admin chose, and never otherwise."""

from __future__ import annotations

import contextlib
import functools
import secrets
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from requests import PreparedRequest, Request, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3 import HTTPConnectionPool
from urllib3.contrib.socks import SOCKSHTTPSConnection
from urllib3.exceptions import HTTPError

from helpdesk.lib.hosts import RefusedAddressError, public_host

MOST_BYTES = 100_000
MOST_SECONDS = 10.0
PROXY_SCHEME = "socks5h"
"""The proxy looks the names up, too: a name that we asked a server for would tell whom we write with."""
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Whisperdesk"}
_CHUNK = 16_384


class NotReachedError(Exception):
    """The text names neither whom we asked nor what for: no whole answer came in time, or from somebody else, or one that is too long."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """How the network is reached, as the settings say."""

    url: str = field(repr=False)
    """`socks5h://host:port`; empty: not at all."""
    authorities: str = ""
    """A PEM file of those who vouch for servers; empty: those that come with the library."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Neither its type nor anything else it says of the content is given on."""

    status: int
    content: bytes = field(repr=False)


def fetch(url: str, *, proxy: Proxy, seconds: float = MOST_SECONDS, most: int = MOST_BYTES) -> Answer:
    """GET an address, through the proxy. Redirects are an answer like others, and never followed.

    Raises RefusedAddressError for an address that strangers could aim at ourselves, and NotReachedError.
    """
    host = public_host(url)
    if urlsplit(proxy.url).scheme != PROXY_SCHEME:
        raise RefusedAddressError("there is no proxy to ask through")
    request = _request(url)
    if urlsplit(request.url or "").hostname != host:
        raise RefusedAddressError("the address can be read in two ways")
    with _Clock(seconds) as clock, contextlib.closing(_Adapter(clock)) as adapter:
        try:
            return _read(_send(adapter, request, proxy, seconds), clock, most)
        except (RequestException, HTTPError, OSError, ValueError):
            raise NotReachedError("no answer") from None


def _request(url: str) -> PreparedRequest:
    """To be sent by the adapter itself: a session would take proxies and passwords from the environment, keep cookies,
    and read a redirect's body to its end, however long it is.
    """
    try:
        return Request("GET", url, headers=_HEADERS).prepare()
    except (RequestException, ValueError):
        raise RefusedAddressError("no address") from None


def _send(adapter: HTTPAdapter, request: PreparedRequest, proxy: Proxy, seconds: float) -> Response:
    through = {"https": _apart(proxy.url)}
    trusted = proxy.authorities or True
    return adapter.send(request, stream=True, timeout=seconds, verify=trusted, proxies=through)


def _read(response: Response, clock: _Clock, most: int) -> Answer:
    """Counted while it comes, and as it comes: what is packed stays packed."""
    content = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        content += chunk
        if len(content) > most:
            raise NotReachedError("the answer is too long")
    if clock.is_over:  # The end was ours, not the server's.
        raise NotReachedError("no whole answer in time")
    return Answer(response.status_code, bytes(content))


def _apart(proxy: str) -> str:
    """With a user name of this request alone: Tor gives each its own circuit, so that nobody can put them together."""
    parts = urlsplit(proxy)
    if parts.username is not None:
        return proxy
    return parts._replace(netloc=f"{secrets.token_hex(8)}:whisperdesk@{parts.netloc}").geturl()


class _Clock:
    """Ends what it watches when the time is over, also when something still comes, byte by byte."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Clock:
        self._timer.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._timer.cancel()
        self._end()
        for each in self._watched:
            each.close()

    def watch(self, connection: socket.socket) -> None:
        """By a second handle to the same connection: TLS takes the first one away."""
        with self._lock:
            self._watched.append(socket.socket(fileno=socket.dup(connection.fileno())))
            if self.is_over:
                self._shut()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut()

    def _shut(self) -> None:
        for each in self._watched:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Connection(SOCKSHTTPSConnection):
    """A connection that a clock watches from its first byte."""

    def __init__(self, clock: _Clock, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # what the pool gives its connections
        self._clock = clock

    def _new_conn(self) -> socket.socket:
        connection: socket.socket = super()._new_conn()
        self._clock.watch(connection)
        return connection


class _Adapter(HTTPAdapter):
    """For one request."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._clock = clock

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str,  # noqa: FBT001 - as the library calls it
        proxies: dict[str, str] | None = None,
        cert: str | tuple[str, str] | None = None,
    ) -> HTTPConnectionPool:
        """The library's own, whose connections are watched."""
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        watched = functools.partial(_Connection, self._clock)
        pool.ConnectionCls = watched  # type: ignore[assignment]  # the pool only calls it
        return pool
