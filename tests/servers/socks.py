"""A small SOCKS5 proxy (RFC 1928, 1929) in a thread: it counts what is asked of it and leads names where a test says."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

VERSION, NO_PASSWORD, PASSWORD, CONNECT, NAME = 5, 0, 2, 1, 3
GRANTED, NOT_REACHABLE, NOT_SUPPORTED = 0, 4, 7


@dataclass
class Socks:
    """Where it is, where names lead, and what was asked."""

    port: int = 0
    leads: dict[str, int] = field(default_factory=dict)
    """Host name → port of this machine; a name that is not here cannot be reached."""
    connections: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Host and port of each request, in their order."""
    users: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For LOOKUP_PROXY."""
        return f"socks5h://127.0.0.1:{self.port}"


class _Handler(socketserver.BaseRequestHandler):
    """One connection."""

    server: _Server

    def handle(self) -> None:
        """Greeting, password, request; then bytes both ways until one side ends."""
        proxy = self.server.socks
        proxy.connections += 1
        with contextlib.suppress(OSError, EOFError):
            self._greet()
            host, port = self._requested()
            proxy.asked.append((host, port))
            if host not in proxy.leads:
                self._answer(NOT_REACHABLE)
                return
            with socket.create_connection(("127.0.0.1", proxy.leads[host]), timeout=10) as target:
                self._answer(GRANTED)
                _join(self.request, target)

    def _greet(self) -> None:
        _, count = self._read(2)
        offered = self._read(count)
        chosen = PASSWORD if PASSWORD in offered else NO_PASSWORD
        self.request.sendall(bytes((VERSION, chosen)))
        if chosen == PASSWORD:
            self._read(1)
            name = self._read(self._read(1)[0])
            self._read(self._read(1)[0])
            self.server.socks.users.append(name.decode())
            self.request.sendall(b"\x01\x00")

    def _requested(self) -> tuple[str, int]:
        """A name only: who sends an address has looked it up, and told somebody."""
        _, command, _, kind = self._read(4)
        if command != CONNECT or kind != NAME:
            self._answer(NOT_SUPPORTED)
            raise EOFError
        host = self._read(self._read(1)[0]).decode("ascii")
        return host, struct.unpack(">H", self._read(2))[0]

    def _answer(self, code: int) -> None:
        self.request.sendall(bytes((VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0)))

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self.request.recv(count - len(got))
            if not more:
                raise EOFError
            got += more
        return got


class _Server(socketserver.ThreadingTCPServer):
    """On a free port of this machine."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, socks: Socks) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.socks = socks
        socks.port = self.server_address[1]


def _join(one: socket.socket, other: socket.socket) -> None:
    back = threading.Thread(target=_pass_on, args=(other, one), daemon=True)
    back.start()
    _pass_on(one, other)
    back.join(20)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65_536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def socks_proxy() -> Iterator[Socks]:
    """Serve until the block ends."""
    proxy = Socks()
    with _Server(proxy) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
