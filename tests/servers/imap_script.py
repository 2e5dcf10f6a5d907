"""An IMAP server over TLS that serves a few mails and, where a test says so, twists its answers or hangs up."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CAPABILITIES = "IMAP4rev1 UIDPLUS MOVE IDLE"


class _HungUp(Exception):  # noqa: N818 - what was asked for
    pass


@dataclass
class Twist:
    """What is said instead of the right answer to a command (LOGIN, SELECT, SEARCH, SIZE, BODY, STORE, …)."""

    verb: str
    change: Callable[[bytes], bytes] = bytes
    hang_up: bool = False
    times: int = 1
    drip: float = 0.0
    """Seconds between any two bytes."""


@dataclass
class ScriptedImap:
    """The mails of one folder by UID, who marked which, and what was moved away."""

    tls: tuple[Path, Path]
    mails: dict[int, bytes] = field(default_factory=dict)
    twists: list[Twist] = field(default_factory=list)
    capabilities: str = CAPABILITIES
    validity: int = 1
    marked: set[int] = field(default_factory=set)
    folders: dict[str, list[bytes]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """The verbs of all commands that came."""

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """Serve until the block ends; gives the address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.tls)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self._accept, args=(listener, context), daemon=True)
            thread.start()
            yield f"imaps://desk:secret@localhost:{listener.getsockname()[1]}/INBOX"
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)

    def _accept(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError, _HungUp):
                client.settimeout(20)
                with context.wrap_socket(client, server_side=True) as protected:
                    self._speak(protected)

    def _speak(self, client: ssl.SSLSocket) -> None:
        self._say(client, "GREETING", b"* OK here\r\n")
        with client.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                verb, untagged = self._answer(command)
                self.said.append(verb)
                if verb == "IDLE":
                    self._say(client, verb, b"+ go on\r\n" + untagged)
                    lines.readline()
                self._say(client, verb, (b"" if verb == "IDLE" else untagged) + f"{tag} OK done\r\n".encode())

    def _say(self, client: ssl.SSLSocket, verb: str, answer: bytes) -> None:
        twist = next((each for each in self.twists if each.verb == verb and each.times > 0), None)
        if twist is None:
            client.sendall(answer)
            return
        twist.times -= 1
        changed = twist.change(answer)
        pieces = [changed] if not twist.drip else [changed[i : i + 1] for i in range(len(changed))]
        for piece in pieces:
            client.sendall(piece)
            time.sleep(twist.drip)
        if twist.hang_up:
            raise _HungUp

    def _answer(self, command: str) -> tuple[str, bytes]:
        verb = command.removeprefix("UID ").partition(" ")[0].upper()
        if verb in {"SELECT", "EXAMINE"}:
            return "SELECT", self._selected()
        if verb == "CAPABILITY":
            return verb, f"* CAPABILITY {self.capabilities}\r\n".encode()
        if verb == "FETCH":
            uids = [uid for uid in _numbers(command.split(" ")[2]) if uid in self.mails]
            what = "BODY" if "BODY" in command else "SIZE"
            return what, b"".join(self._item(uid, what) for uid in uids)
        if verb == "SEARCH":
            return verb, f"* SEARCH {' '.join(map(str, self._found(command)))}\r\n".encode()
        if verb in {"STORE", "EXPUNGE", "COPY", "MOVE"}:
            self._change(verb, int(command.split(" ")[2]), command.rpartition(" ")[2].strip('"'))
        return verb, b""

    def _selected(self) -> bytes:
        next_uid = max(self.mails, default=0) + 1
        facts = f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}]\r\n"
        return (facts + f"* OK [UIDNEXT {next_uid}]\r\n").encode()

    def _item(self, uid: int, what: str) -> bytes:
        number, raw = sorted(self.mails).index(uid) + 1, self.mails[uid]
        if what == "SIZE":
            return f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n".encode()
        return f"* {number} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"

    def _found(self, command: str) -> list[int]:
        wanted = (
            self.mails.keys() - self.marked if "UNDELETED" in command else self.mails.keys() & self.marked
        )
        larger = re.search(r"LARGER (\d+)", command)
        between = re.search(r"UID (\d+)(?::(\d+|\*))?", command.removeprefix("UID SEARCH"))
        low, high = (int(between[1]), between[2] or between[1]) if between else (1, "*")
        top = max([low, *self.mails]) if high == "*" else int(high)
        return sorted(
            uid
            for uid in wanted
            if low <= uid <= top and (not larger or len(self.mails[uid]) > int(larger[1]))
        )

    def _change(self, verb: str, uid: int, folder: str) -> None:
        if uid not in self.mails:
            return
        if verb == "STORE":
            self.marked.add(uid)
        if verb in {"COPY", "MOVE"}:
            self.folders.setdefault(folder, []).append(self.mails[uid])
        if verb == "MOVE" or (verb == "EXPUNGE" and uid in self.marked):
            del self.mails[uid]


def _numbers(given: str) -> list[int]:
    """'1,3:5' as numbers."""
    spans = [span.partition(":") for span in given.split(",")]
    return [number for low, _, high in spans for number in range(int(low), int(high or low) + 1)]
