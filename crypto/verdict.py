"""What may be believed of a message: the words for it, and the rules that turn gpg's status lines into them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Encryption(StrEnum):
    """How far a message was encrypted to us."""

    NONE = "none"
    OK = "ok"
    NO_KEY = "no_key"
    REFUSED = "refused"
    PARTIAL = "partial"


class SignatureState(StrEnum):
    """What a signature says; VALID only for a whole message whose signer's key is bound to its From."""

    NONE = "none"
    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN_KEY = "unknown_key"
    EXPIRED = "expired"
    REVOKED = "revoked"
    PARTIAL = "partial"
    NOT_BOUND = "not_bound"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature's state and the primary key's fingerprint (40 or 64 upper-case hex digits), if known."""

    state: SignatureState = SignatureState.NONE
    fingerprint: str | None = None
