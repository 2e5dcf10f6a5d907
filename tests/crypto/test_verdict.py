"""Each clause of the rule in security.md T0, by itself: delete one and a test here fails."""

from __future__ import annotations

import pytest

from crypto.errors import RefusedError
from crypto.verdict import (
    Signature,
    SignatureState,
    Status,
    accept_plaintext,
    find_session_key,
    has_key_for,
    judge_signatures,
    parse_status,
)

FPR = "A" * 40
OTHER = "B" * 40
ACCEPTED = "ENC_TO 1|PLAINTEXT 62 0 x|PLAINTEXT_LENGTH 5|DECRYPTION_OKAY"
VALID = f"VALIDSIG {'C' * 40} 2026-01-01 1767225600 0 4 0 22 8 00 {FPR}"
OF_OTHER = f"VALIDSIG {'C' * 40} 2026-01-01 1767225600 0 4 0 22 8 00 {OTHER}"


def said(lines: str) -> tuple[Status, ...]:
    return parse_status(b"\n".join(b"[GNUPG:] " + line.encode() for line in lines.split("|")))


def accept(lines: str, *, returncode: int = 0, received: int = 5) -> None:
    accept_plaintext(returncode, said(lines), received=received, limit=100)


def test_a_whole_message_is_accepted() -> None:
    accept(ACCEPTED)


@pytest.mark.parametrize(
    "fault", ["DECRYPTION_FAILED", "BADMDC", "ERROR x 1", "FAILURE decrypt 1", "UNEXPECTED 0", "NODATA 3"]
)
def test_any_fault_that_gpg_reports_refuses_the_message(fault: str) -> None:
    with pytest.raises(RefusedError):
        accept(f"{ACCEPTED}|{fault}")


@pytest.mark.parametrize(
    "lines",
    [
        "PLAINTEXT 62 0 x|PLAINTEXT_LENGTH 5",
        f"{ACCEPTED}|DECRYPTION_OKAY",
        "DECRYPTION_OKAY",
        "PLAINTEXT 62 0 x|PLAINTEXT 62 0 x|DECRYPTION_OKAY",
        "PLAINTEXT 62 0 x|PLAINTEXT_LENGTH 4|DECRYPTION_OKAY",
        "PLAINTEXT 62 0 x|PLAINTEXT_LENGTH|DECRYPTION_OKAY",
        "PLAINTEXT 62 0 x|PLAINTEXT_LENGTH 5|PLAINTEXT_LENGTH 5|DECRYPTION_OKAY",
    ],
    ids=["no okay", "two okays", "no literal", "two literals", "other length", "no number", "two lengths"],
)
def test_what_is_not_exactly_one_decrypted_literal_is_refused(lines: str) -> None:
    with pytest.raises(RefusedError):
        accept(lines)


def test_the_return_code_alone_refuses() -> None:
    with pytest.raises(RefusedError):
        accept(ACCEPTED, returncode=2)


def test_output_that_reaches_the_limit_was_cut() -> None:
    with pytest.raises(RefusedError):
        accept("PLAINTEXT 62 0 x|DECRYPTION_OKAY", received=100)


def test_nothing_received_of_something_is_refused() -> None:
    with pytest.raises(RefusedError):
        accept(ACCEPTED, received=0)


@pytest.mark.parametrize("kind", ["74", "75"])
def test_a_text_literal_may_lose_its_carriage_returns(kind: str) -> None:
    accept(f"PLAINTEXT {kind} 0 x|PLAINTEXT_LENGTH 7|DECRYPTION_OKAY")


def test_a_literal_without_a_length_is_accepted() -> None:
    accept("PLAINTEXT 62 0 x|DECRYPTION_OKAY")


def test_only_known_keywords_on_status_lines_are_read() -> None:
    raw = b"GOODSIG\n[GNUPG]: GOODSIG\n[GNUPG:] NOTATION_DATA [GNUPG:] GOODSIG\n[GNUPG:] \nx [GNUPG:] VALIDSIG\n[GNUPG:] NEWSIG\n"
    assert parse_status(raw) == (Status("NEWSIG"),)


def test_a_session_key_counts_with_a_key_of_ours() -> None:
    assert find_session_key(said(f"DECRYPTION_KEY {'D' * 40} {FPR} -|SESSION_KEY 9:AB")) == (FPR, "9:AB")


@pytest.mark.parametrize(
    "lines",
    [
        "SESSION_KEY 9:AB",
        f"DECRYPTION_KEY {FPR} {FPR} -",
        f"DECRYPTION_KEY {FPR} {FPR} -|DECRYPTION_KEY {FPR} {FPR} -|SESSION_KEY 9:AB",
        f"DECRYPTION_KEY {FPR} {FPR} -|SESSION_KEY 9:AB|SESSION_KEY 9:CD",
    ],
    ids=["passphrase only", "no session key", "two keys", "two session keys"],
)
def test_a_message_not_encrypted_to_exactly_one_key_of_ours_has_no_session_key(lines: str) -> None:
    assert find_session_key(said(lines)) is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("ENC_TO 00AB 1 0", True),
        ("ENC_TO 00AB 1 0|NO_SECKEY 00AB", False),
        ("ENC_TO 0000 1 0", False),
        ("ENC_TO 00AB 1 0|NO_SECKEY 00AB|ENC_TO 00CD 1 0", True),
    ],
)
def test_a_key_is_ours_if_gpg_does_not_miss_it(lines: str, *, expected: bool) -> None:
    assert has_key_for(said(lines)) is expected


@pytest.mark.parametrize(
    ("lines", "state", "fingerprint"),
    [
        ("", SignatureState.NONE, None),
        (f"NEWSIG|GOODSIG 1 x|{VALID}", SignatureState.VALID, FPR),
        (f"GOODSIG 1 x|{VALID}", SignatureState.VALID, FPR),
        ("NEWSIG|GOODSIG 1 x", SignatureState.INVALID, None),
        (f"NEWSIG|{VALID}", SignatureState.INVALID, None),
        ("NEWSIG", SignatureState.INVALID, None),
        ("NEWSIG|GOODSIG 1 x|VALIDSIG short", SignatureState.INVALID, None),
        (f"NEWSIG|GOODSIG 1 x|{VALID}|BADSIG 1 x", SignatureState.INVALID, None),
        (f"NEWSIG|GOODSIG 1 x|GOODSIG 1 x|{VALID}", SignatureState.INVALID, None),
        (f"NEWSIG|{VALID}|{VALID}", SignatureState.INVALID, None),
        ("NEWSIG|BADSIG 1 x", SignatureState.INVALID, None),
        ("NEWSIG|ERRSIG 1 22 8 00 0 9 -", SignatureState.UNKNOWN_KEY, None),
        ("NEWSIG|ERRSIG 1 22 8 00 0 4 -", SignatureState.INVALID, None),
        (f"NEWSIG|EXPSIG 1 x|{VALID}", SignatureState.EXPIRED, FPR),
        (f"NEWSIG|EXPKEYSIG 1 x|{VALID}", SignatureState.EXPIRED, FPR),
        (f"NEWSIG|REVKEYSIG 1 x|{VALID}", SignatureState.REVOKED, FPR),
        (f"NEWSIG|GOODSIG 1 x|{VALID}|NEWSIG|GOODSIG 1 x|{VALID}", SignatureState.VALID, FPR),
        (f"NEWSIG|GOODSIG 1 x|{VALID}|NEWSIG|GOODSIG 1 x|{OF_OTHER}", SignatureState.NOT_BOUND, FPR),
        (f"NEWSIG|GOODSIG 1 x|{VALID}|NEWSIG|BADSIG 1 x", SignatureState.INVALID, None),
        (f"NEWSIG|GOODSIG 1 x|{VALID}|NEWSIG|ERRSIG 1 1 1 1 1 9", SignatureState.UNKNOWN_KEY, None),
        (f"PLAINTEXT 62 0|PLAINTEXT 62 0|NEWSIG|GOODSIG 1 x|{VALID}", SignatureState.INVALID, None),
    ],
)
def test_a_signature_is_as_good_as_the_worst_of_all(
    lines: str, state: SignatureState, fingerprint: str | None
) -> None:
    assert judge_signatures(said(lines)) == Signature(state, fingerprint)


def test_a_signature_says_when_it_was_made() -> None:
    assert judge_signatures(said(f"NEWSIG|GOODSIG 1 x|{VALID}")).made == 1767225600
    assert (
        judge_signatures(said(f"NEWSIG|GOODSIG 1 x|{VALID.replace('1767225600', '20260101T000000')}")).made
        is None
    )
