"""Opening an encrypted part: what an agent asked to see once, apart from its mail, and that nobody keeps (R4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from crypto.digests import address_digest
from crypto.openpgp import SecretKeyring
from crypto.structure.parts import EncryptedPart, PartForm, encrypted_parts
from crypto.vault import digest
from crypto.verdict import Encryption
from helpdesk.models import User
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.event import note_event
from tickets.mail.letter import MailError, Opened, Quarantine, Sealed
from tickets.mail.open import open_mail, open_part
from tickets.mail.parse import parse_mail
from tickets.models import Ciphertext, Event, Message

# A part is no mail: that it has no sender is nothing to complain about.
_NO_SENDER = "broken: no sender in From"
_ENDINGS = (".gpg", ".pgp", ".asc")


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file that was inside."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """What was in a part, to be shown once: it is never stored, never found by a search, and in no answer."""

    encryption: Encryption
    """OK, or why there is nothing."""
    name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    files: tuple[PartFile, ...] = ()
    problems: tuple[str, ...] = ()
    replayed: bool = False
    """The same encrypted text came before from another sender."""


def open_encrypted_part(
    message: Message, number: int, *, by: User, now: datetime, saving: bool = False
) -> OpenedPart:
    """Decrypt and read one of a message's encrypted parts for a person who asked for it, to be shown or to be saved.

    Raises NotPossibleNow when there is no such part (any more), and KeyTrouble when the desk's own key does not work.
    """
    part = _part(message, number)
    with _trouble_said():
        opened = open_part(part, SecretKeyring(settings.GNUPG_HOME))
    if opened.content is None:
        return OpenedPart(opened.encryption, part.name)
    with transaction.atomic():
        replayed = _note_replay(message, opened.replay_material or b"")
        kind = Event.Kind.PART_SAVED if saving else Event.Kind.PART_OPENED
        note_event(message.ticket, kind, at=now, by=by, part=number + 1)
    return _read(part, opened, opened.content, replayed=replayed)


def _part(message: Message, number: int) -> EncryptedPart:
    """The part, found again in the mail as it came; only if it still is what the page called it."""
    listed: Sequence[dict[str, str]] = message.encrypted_parts or ()
    if number >= len(listed) or not message.raw_blob:
        raise NotPossibleNow
    raw = message.sealing_key.read_blob(message.raw_blob)
    if message.encryption == Encryption.OK:
        with _trouble_said():
            raw = (
                open_mail(Sealed(raw), SecretKeyring(settings.GNUPG_HOME), lambda _sender: ()).content or b""
            )
    found = encrypted_parts(raw)
    if [(part.form.value, part.name) for part in found] != [(each["form"], each["name"]) for each in listed]:
        raise NotPossibleNow
    return found[number]


def _read(part: EncryptedPart, opened: Opened, content: bytes, *, replayed: bool) -> OpenedPart:
    """What is in it: a file as it is, or a mail, read in the reader process like every other."""
    if part.form is PartForm.FILE:
        file = PartFile(_name_inside(part.name), "", content)
        return OpenedPart(Encryption.OK, part.name, files=(file,), replayed=replayed)
    try:
        letter = parse_mail(opened)
    except Quarantine:
        return OpenedPart(Encryption.REFUSED, part.name, replayed=replayed)
    return OpenedPart(
        encryption=Encryption.OK,
        name=part.name,
        subject=letter.subject,
        text=letter.text,
        files=tuple(PartFile(file.name, file.type, file.content) for file in letter.attachments),
        problems=tuple(each for each in letter.problems if each != _NO_SENDER),
        replayed=replayed,
    )


def _name_inside(name: str) -> str:
    """'report.pdf' of 'report.pdf.gpg'; the name that the encrypted file itself carries is nobody's to believe."""
    return name[:-4] if name.lower().endswith(_ENDINGS) else name


def _note_replay(message: Message, material: bytes) -> bool:
    """R5: whether this very ciphertext came from another sender, whole or in part of a ticket that is here or gone.

    Whoever steals a ciphertext wraps it into a mail of his own: then nothing is answered before two agents agree.
    """
    seen = Ciphertext.objects.filter(digest=digest("ciphertext", material))
    if not seen.exclude(sender_digest=address_digest(message.sender_address)).exists():
        return False
    Message.objects.filter(pk=message.pk).update(replayed=True)
    return True


@contextmanager
def _trouble_said() -> Iterator[None]:
    try:
        yield
    except MailError:
        raise KeyTrouble from None
