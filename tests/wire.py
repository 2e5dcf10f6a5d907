"""A recorded wire: the bytes that a desk hands to its mail server, and all that anybody can read in them."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message as Mime
from email.policy import compat32

from django.utils import timezone

from crypto.errors import CryptoError
from crypto.openpgp import SecretKeyring
from tests.mail.letters import keep
from tickets.actions.automatic.deciding import write_automatic
from tickets.mail import line, send
from tickets.mail.letter import Sealed
from tickets.mail.open import open_mail
from tickets.models import Outgoing, Ticket
from tickets.tasks import release_waiting


@dataclass
class Wire:
    """What left: (recipient, bytes), in order."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def hand_over(self, sender: str, recipient: str, mail: bytes) -> tuple[send.Outcome, int]:
        """In place of the mail server's door."""
        self.sent.append((recipient, mail))
        return send.Outcome.ACCEPTED, 250

    def take(self, raw: bytes) -> Ticket | None:
        """The desk takes a mail and does all that follows; the ticket it came to, if any."""
        incoming = keep(raw)
        line.process(incoming.pk)
        incoming.refresh_from_db()
        self.work()
        return incoming.message.ticket if incoming.message else None

    def work(self) -> None:
        """All that workers would do now."""
        now = timezone.now()
        for each in Outgoing.objects.unwritten(now).values_list("pk", flat=True):
            write_automatic(each, now=now)
        for each in Outgoing.objects.released(now).values_list("message__ticket", flat=True):
            release_waiting(str(each))
        for each in Outgoing.objects.due(timezone.now()).values_list("pk", flat=True):
            send.send_outgoing(each)


def outside(mail: bytes) -> str:
    """What everybody on the way can read: as it stands, and with every encoding undone."""
    message = email.message_from_bytes(mail, policy=compat32)
    return "\n".join([mail.decode("latin-1"), *_decoded(message)])


def _decoded(message: Mime) -> Iterator[str]:
    for part in message.walk():
        for name, value in part.items():
            yield f"{name}: {make_header(decode_header(str(value)))}"
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")


def inside(mail: bytes, keyring: SecretKeyring, read: Callable[[bytes], str] = outside) -> str:
    """What the one it is encrypted to reads; empty when it is not encrypted, or not to this keyring."""
    try:
        opened = open_mail(Sealed(mail), keyring, lambda address: ())
    except CryptoError:
        return ""
    return read(opened.content) if opened.content and opened.encryption == "ok" else ""
