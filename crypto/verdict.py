"""What may be believed of a message: the words for it, and the rules that turn gpg's status lines into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crypto.errors import RefusedError


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


OTHER_SENDER = "another sender inside the protection"
"""What is noted of an encrypted mail whose protected From is not the one it was mailed under."""

OLD_SIGNATURE = "signed long before it came"
"""What is noted of a mail with a good signature that was made weeks before we got it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature's state and the primary key's fingerprint (40 or 64 upper-case hex digits), if known."""

    state: SignatureState = SignatureState.NONE
    fingerprint: str | None = None
    made: int | None = field(default=None, compare=False)
    """When the signer's clock says it was made, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Status:
    """One status line of gpg: a keyword that we know, and its arguments."""

    keyword: str
    arguments: tuple[str, ...] = ()


# Every keyword that a rule reads. Others are dropped at the door, and with them whatever a message put into them.
_SIGNATURES = frozenset({"GOODSIG", "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"})
_FATAL = frozenset({"DECRYPTION_FAILED", "BADMDC", "ERROR", "FAILURE", "UNEXPECTED", "NODATA"})
_OPENING = frozenset({"DECRYPTION_KEY", "SESSION_KEY", "ENC_TO", "NO_SECKEY", "DECRYPTION_OKAY"})
_LITERAL = frozenset({"PLAINTEXT", "PLAINTEXT_LENGTH"})
_MAKING = frozenset({"END_ENCRYPTION", "SIG_CREATED", "INV_RECP", "INV_SGNR"})
KNOWN = _SIGNATURES | _FATAL | _OPENING | _LITERAL | _MAKING | {"NEWSIG", "VALIDSIG"}
_PREFIX = b"[GNUPG:] "
_BINARY_LITERAL = "62"
_NO_PUBLIC_KEY = "9"
_DIGITS = 20
_WORST_FIRST = (
    SignatureState.INVALID,
    SignatureState.REVOKED,
    SignatureState.EXPIRED,
    SignatureState.UNKNOWN_KEY,
)


def parse_status(raw: bytes) -> tuple[Status, ...]:
    """Read gpg's status pipe. Its own lines are ASCII; names and notations from a message never get here."""
    lines = (
        line[len(_PREFIX) :].decode("ascii", "replace")
        for line in raw.split(b"\n")
        if line.startswith(_PREFIX)
    )
    words = (line.split() for line in lines)
    return tuple(Status(each[0], tuple(each[1:])) for each in words if each and each[0] in KNOWN)


def has(status: Sequence[Status], keyword: str) -> bool:
    """Whether gpg said it at all."""
    return any(line.keyword == keyword for line in status)


def find_session_key(status: Sequence[Status]) -> tuple[str, str] | None:
    """The primary fingerprint of our key and the session key it opened, when gpg found exactly one of each."""
    keys = [
        line.arguments for line in status if line.keyword == "DECRYPTION_KEY" and len(line.arguments) >= 2
    ]
    sessions = [line.arguments for line in status if line.keyword == "SESSION_KEY" and line.arguments]
    # A passphrase opens a symmetric message without naming a key of ours: that is not "encrypted to us".
    if len(keys) != 1 or len(sessions) != 1:
        return None
    return keys[0][1], sessions[0][0]


def has_key_for(status: Sequence[Status]) -> bool:
    """Whether gpg holds the secret key of a recipient that the message names, although it did not open it."""
    named = {line.arguments[0] for line in status if line.keyword == "ENC_TO" and line.arguments}
    missing = {line.arguments[0] for line in status if line.keyword == "NO_SECKEY" and line.arguments}
    return any(key.strip("0") for key in named - missing)


def accept_plaintext(returncode: int, status: Sequence[Status], *, received: int, limit: int) -> None:
    """The whole rule of the second step: every clause was seen to be needed on a real attack (security.md T0)."""
    if returncode != 0:
        raise RefusedError("gpg did not accept it")
    if any(line.keyword in _FATAL for line in status):
        raise RefusedError("gpg reported a fault")
    if _count(status, "DECRYPTION_OKAY") != 1:
        raise RefusedError("not one decryption")
    if _count(status, "PLAINTEXT") != 1:
        raise RefusedError("not one literal")
    if received >= limit:
        raise RefusedError("over the limit")
    if received != _promised_length(status, received):
        raise RefusedError("length differs")


def _promised_length(status: Sequence[Status], otherwise: int) -> int:
    """The length that the literal announced. Text literals lose their CRs on the way out, so only binary ones count."""
    kinds = [line.arguments[:1] for line in status if line.keyword == "PLAINTEXT"]
    lengths = [line.arguments[:1] for line in status if line.keyword == "PLAINTEXT_LENGTH"]
    if kinds != [(_BINARY_LITERAL,)] or not lengths:
        return otherwise
    number = _number(lengths[0][0]) if len(lengths) == 1 and lengths[0] else None
    return -1 if number is None else number


def judge_signatures(status: Sequence[Status]) -> Signature:
    """What all signatures of one run say together; VALID here means good, before anybody asked whose it is.

    Never from the return code and never from a user id: gpg says GOODSIG of any key that it was shown.
    """
    each = [_judge_one(lines) for lines in _signatures(status)]
    for state in _WORST_FIRST:
        for signature in each:
            if signature.state is state:
                return signature
    if _count(status, "PLAINTEXT") > 1:
        return Signature(SignatureState.INVALID)
    if len({signature.fingerprint for signature in each}) > 1:
        return Signature(SignatureState.NOT_BOUND, each[0].fingerprint, each[0].made)
    return each[0] if each else Signature()


def _signatures(status: Sequence[Status]) -> Iterator[list[Status]]:
    """The lines of each signature: gpg opens one with NEWSIG."""
    group: list[Status] | None = None
    for line in status:
        if line.keyword == "NEWSIG":
            if group is not None:
                yield group
            group = []
        elif line.keyword in _SIGNATURES or line.keyword == "VALIDSIG":
            group = [*(group or []), line]
    if group is not None:
        yield group


def _judge_one(lines: Sequence[Status]) -> Signature:
    said = {line.keyword: line.arguments for line in lines}
    valid = said.get("VALIDSIG", ())
    verdicts = said.keys() & _SIGNATURES
    if verdicts == {"ERRSIG"}:
        unknown = said["ERRSIG"][5:6] == (_NO_PUBLIC_KEY,)
        return Signature(SignatureState.UNKNOWN_KEY if unknown else SignatureState.INVALID)
    if len(lines) != 2 or len(valid) < 10 or len(verdicts) != 1:
        return Signature(SignatureState.INVALID)
    states = {
        "GOODSIG": SignatureState.VALID,
        "EXPSIG": SignatureState.EXPIRED,
        "EXPKEYSIG": SignatureState.EXPIRED,
        "REVKEYSIG": SignatureState.REVOKED,
    }
    return Signature(states.get(verdicts.pop(), SignatureState.INVALID), valid[9], _number(valid[2]))


def _number(word: str) -> int | None:
    """A length or a time; more digits than either can have are no number (and Python refuses thousands of them)."""
    return int(word) if word.isdigit() and len(word) <= _DIGITS else None


def _count(status: Sequence[Status], keyword: str) -> int:
    return sum(line.keyword == keyword for line in status)
