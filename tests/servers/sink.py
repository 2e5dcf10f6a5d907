"""An SMTP server that keeps every mail as a file: `python -m tests.servers.sink` runs one.

Recipients choose how it behaves: 'refused@' gets 550, 'later@' 451, and 'hangup@' loses the connection after the mail
was taken, so that nobody can tell whether it was. A file begins with its envelope as two X-Sink headers.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import signal
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificate import Certificate
from tests.servers.process import answers, free_port, serving

ANSWERS = {"refused": "550 5.1.1 no such mailbox", "later": "451 4.3.0 come back later"}


class Keep:
    """What to do with a mail: write it down."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.numbers = itertools.count(1)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept or refuse a recipient by name."""
        answer = ANSWERS.get(address.partition("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Write the mail under its number, whole or not at all."""
        head = f"X-Sink-From: {envelope.mail_from}\r\nX-Sink-To: {' '.join(envelope.rcpt_tos)}\r\n"
        number = next(self.numbers)
        draft = self.directory / f"{number:06}.draft"
        draft.write_bytes(head.encode() + (envelope.original_content or b""))
        draft.rename(draft.with_suffix(".eml"))
        if any(address.startswith("hangup@") for address in envelope.rcpt_tos) and server.transport:
            server.transport.close()
        return "250 OK"


def serve(*, directory: Path, port: int, password: str, context: ssl.SSLContext, starttls: bool) -> None:
    """Serve until a signal says stop."""

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, way: str, data: object
    ) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=is_right, handled=False)

    controller = Controller(
        Keep(directory),
        hostname="127.0.0.1",
        port=port,
        ssl_context=None if starttls else context,
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=starttls,
        tls_context=context if starttls else None,
        require_starttls=starttls,
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    controller.start()
    stop.wait()
    controller.stop()


@contextlib.contextmanager
def smtp_sink(directory: Path, certificate: Certificate, password: str, *, starttls: bool) -> Iterator[str]:
    """Run one as a process of its own, and give its address."""
    directory.mkdir(exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "tests.servers.sink", *(["--starttls"] if starttls else [])]
    command += ["--directory", str(directory), "--port", str(port), f"--password={password}"]
    command += ["--chain", str(certificate.chain), "--key", str(certificate.key)]
    with serving(command, log=directory.with_suffix(f".{port}.log"), is_ready=answers(port)):
        yield f"{'smtp+starttls' if starttls else 'smtps'}://desk:{password}@localhost:{port}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--directory", "--port", "--password", "--chain", "--key"):
        parser.add_argument(name, required=True)
    parser.add_argument("--starttls", action="store_true")
    given = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.chain, given.key)
    serve(
        directory=Path(given.directory),
        port=int(given.port),
        password=given.password,
        context=context,
        starttls=given.starttls,
    )


if __name__ == "__main__":
    main()
