"""The values that travel along the mail line: each stop takes one kind and gives the next, so none can be skipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crypto.verdict import Encryption, Signature


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail exactly as it came; nothing in it has been looked at."""

    raw: bytes
    received: datetime | None = None
    """When we got it; None for old mail, which only its own date says anything of."""


@dataclass(frozen=True, slots=True)
class ListedPart:
    """Something encrypted inside a mail that was not opened with it; its place in the mail is its number."""

    form: str
    """A word of crypto.structure.parts.PartForm."""
    name: str = field(default="", repr=False)
    replay_material: bytes = field(default=b"", repr=False, compare=False)
    """Its encrypted data packet, as of a whole mail; empty for what nobody could open."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail whose protection has been taken off and judged, or found to be none.

    `content` is the MIME entity (or mail) whose words a reader may believe: the decrypted entity of a whole-message
    encryption, else the mail itself. It is None when nothing may be shown (refused, or no key). `outer` is always
    the mail as it came; its headers say where it came from.
    """

    outer: bytes
    content: bytes | None
    encryption: Encryption = Encryption.NONE
    signature: Signature = field(default_factory=Signature)
    headers_protected: bool = False
    """True when the headers of `content` came from inside the protection (RFC 9788 and its ancestors)."""
    decrypted_with: str | None = None
    """Fingerprint of the desk key that opened it."""
    replay_material: bytes | None = None
    """The encrypted data packet itself, for the replay alarm: a thief of it cannot change it (security.md R5)."""
    bound_to: str | None = None
    """The From address that a valid signature was judged for."""
    sender_differs: bool = False
    """True when the mail is encrypted and its protected From is another than the one it was mailed under."""
    encrypted_parts: tuple[ListedPart, ...] = ()
    """What is encrypted inside `content` and stays so until an agent asks for it (security.md R4)."""
    signed_long_ago: bool = False
    """True when a good signature was made weeks before we got the mail: somebody may have sent an old one again."""
    sender_inside: str | None = None
    """The one From address when it stands inside the encryption just as outside: whoever wrote the text wrote it, too."""


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: a decoded display name, and an addr-spec as it stood, lower-cased in its domain only."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail. The name is safe to store and to offer; the type is what the sender said."""

    name: str
    type: str
    content: bytes = field(repr=False)


class Machine(StrEnum):
    """What kind of machine wrote a mail that no person wrote."""

    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    LIST = "list"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class MachineSigns:
    """The header values that machines betray themselves with, lower-cased; empty where absent."""

    auto_submitted: str = ""
    precedence: str = ""
    return_path: str | None = None
    """None when there is no Return-Path; '<>' is the null sender."""
    content_type: str = ""
    report_type: str = ""
    list_id: str = ""
    auto_response_suppress: str = ""
    loop: tuple[str, ...] = ()
    """Values of X-Loop and of Message-IDs in References that name our own domain are judged in rules."""
    failed_recipients: str = ""
    auto_reply: bool = False
    """X-Autoreply, X-Autorespond, X-Auto-Reply-From and their kind."""


class Delivery(StrEnum):
    """What became of a mail, as a delivery report says it."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says of a mail that it was given; anybody can write one, so it proves nothing."""

    outcome: Delivery
    code: str
    """Enhanced status code (RFC 3463); '4.x.x' may work later, '5.x.x' will not. '' when the report names none."""
    recipients: tuple[str, ...]
    """Addresses that had this outcome, lower-cased in their domain, at most 100; empty when none is named."""
    message_ids: tuple[str, ...]
    """Message-IDs that it may be about, without angle brackets, the surest first, at most 50."""


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A public key that a mail offers for the answer.

    `source` is 'attachment' (or anywhere in the text), 'autocrypt', or 'report': the place where WhisperBack puts the
    reporter's key, inside the encryption.
    """

    fingerprint: str
    source: str
    certificate: bytes = field(repr=False)
    is_outside: bool = False
    """It stood beside what is protected of its mail, so it came in clear."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that has been read: decoded, bounded, and with what is known of its protection."""

    encryption: Encryption
    signature: Signature
    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    subject_protected: bool = False
    message_id: str | None = None
    references: tuple[str, ...] = ()
    """Message-IDs of In-Reply-To and References, without angle brackets, nearest first, at most 50."""
    date: datetime | None = None
    text: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    html: bool = False
    attachments: tuple[Attachment, ...] = ()
    signs: MachineSigns = field(default_factory=MachineSigns)
    delivery: DeliveryReport | None = None
    """What it reports of another mail's delivery; None when it is no such report."""
    autocrypt: bytes | None = field(default=None, repr=False)
    """The key data of a valid Autocrypt header whose addr is the From address; binary."""
    autocrypt_protected: bool = False
    """Whether that header stood inside the protection; one outside can be written by whoever carries the mail."""
    sender_inside: bool = False
    """Its one sender stands inside the encryption, too: the text is theirs (security.md R2)."""
    sender_differs: bool = False
    """The protected sender of an encrypted mail is another than who mailed it: its text may be stolen."""
    problems: tuple[str, ...] = ()
    """What could not be read as it stood, in words without content: 'cut: too many parts'."""
    replay_material: bytes | None = field(default=None, repr=False)
    decrypted_with: str | None = None
    encrypted_parts: tuple[ListedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A letter that the rules let through, with what they and its readers found."""

    letter: Letter
    machine: Machine | None = None
    language: str | None = None
    keys: tuple[OfferedKey, ...] = ()


class MailError(Exception):
    """Base of what stops a mail. `reason` is a short stable word for the row; it never carries content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SetAside(MailError):  # noqa: N818 - it is not our error: the mail is not for us to answer
    """The sender's matter: the mail is kept, shown under its reason, and not filed."""


class Quarantine(MailError):  # noqa: N818 - the mail waits for an agent
    """Ours, or unclear: the mail is kept as it came, still encrypted, until somebody says 'try again'."""


class TryLater(MailError):  # noqa: N818 - time mends it
    """Temporary: a server is down, gpg timed out. The line comes back to it by itself."""
