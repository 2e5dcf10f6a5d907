"""A mail server that keeps to a script: for every command the answer that a test wants, and what it got."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass
class ScriptedServer:
    """Answers by verb, `HANG_UP` or `SILENCE` among them. `dot` answers the mail itself."""

    tls: tuple[Path, Path]
    """Chain and key for STARTTLS."""
    offer_starttls: bool = True
    answers: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    read_mail: bool = True
    """False: the mail itself is not read, until the sender gives up."""

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.settimeout(10)
                self._speak(client)

    def _speak(self, client: socket.socket, *, greet: bool = True) -> None:
        if greet and not self._answer(client, "greeting", "220 here"):
            return
        while True:
            line = _line(client)
            if not line:
                return
            self.commands.append(line)
            verb = line.split()[0].upper()
            if verb == "STARTTLS" and verb not in self.answers:
                client.sendall(b"220 go\r\n")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.tls)
                with context.wrap_socket(client, server_side=True) as protected:
                    self._speak(protected, greet=False)
                return
            offer = "250-here\r\n250 STARTTLS" if self.offer_starttls else "250 here"
            default = {"EHLO": offer, "DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")
            if not self._answer(client, verb, default):
                return
            if verb == "DATA" and self.answers.get("DATA", "354")[:3] == "354" and not self._take(client):
                return

    def _take(self, client: socket.socket) -> bool:
        if not self.read_mail:
            self._over.wait(20)
            return False
        mail = b""
        while not mail.endswith(b"\r\n.\r\n"):
            piece = client.recv(65536)
            if not piece:
                return False
            mail += piece
        self.mails.append(mail)
        return self._answer(client, "dot", "250 taken")

    def _answer(self, client: socket.socket, verb: str, default: str) -> bool:
        answer = self.answers.get(verb, default)
        if answer == SILENCE:
            self._over.wait(20)
        if answer in (HANG_UP, SILENCE):
            return False
        client.sendall(answer.encode() + b"\r\n")
        return True


def _line(client: socket.socket) -> str:
    """Byte by byte, so that nothing of a following TLS handshake is read."""
    line = b""
    while not line.endswith(b"\n"):
        piece = client.recv(1)
        if not piece:
            return ""
        line += piece
    return line.decode().strip()
