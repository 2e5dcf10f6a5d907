"""An HTTPS server in a thread that answers as a test says, and writes down what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import trustme


class Say:
    """What an answer is made with: whole, or piece by piece on the wire."""

    def __init__(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        self._handler = handler

    def whole(self, content: bytes, *, status: int = 200, **headers: str) -> None:
        """An answer with its length."""
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.send_header("Content-Length", str(len(content)))
        self._handler.end_headers()
        self._handler.wfile.write(content)

    def raw(self, content: bytes) -> None:
        """Bytes as they are."""
        self._handler.wfile.write(content)
        self._handler.wfile.flush()


Answerer = Callable[[str, str, Say], None]
"""Given the host, the path and the pen."""


@dataclass
class Https:
    """Where it is, whom to trust for it, what it says and what it was asked."""

    port: int
    authority: Path
    answer: Answerer
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def https_server(directory: Path, *hosts: str) -> Iterator[Https]:
    """With a certificate for these hosts, from an authority of its own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(directory / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    served = Https(0, directory / "authority.pem", lambda host, path, say: say.whole(b"", status=404))

    class Handler(http.server.BaseHTTPRequestHandler):
        def setup(self) -> None:
            self.request.settimeout(15)
            super().setup()

        def do_GET(self) -> None:
            host = self.headers["Host"]
            served.asked.append((host, self.path))
            served.headers.append(dict(self.headers))
            with contextlib.suppress(OSError):
                served.answer(host, self.path, Say(self))

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the library calls it
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: object, client_address: object) -> None:
            with contextlib.suppress(OSError):  # Who does not trust us hangs up.
                wrapped = context.wrap_socket(request, server_side=True)  # type: ignore[arg-type]  # a socket it is
                super().finish_request(wrapped, client_address)
                wrapped.close()

    with Server(("127.0.0.1", 0), Handler) as server:
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
