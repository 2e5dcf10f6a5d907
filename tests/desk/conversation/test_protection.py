"""How protection is said: the exact words."""

from __future__ import annotations

import pytest

from crypto.verdict import OTHER_SENDER
from tickets.desk.conversation.protection import how_it_went, protection_of
from tickets.desk.saying import Level
from tickets.models import Message, Outgoing

FINGERPRINT = "C3A6F0E10B52E4D29F8077E1ABCD12341234ABCD"
KEY = "\u2066…ABCD 1234 1234 ABCD\u2069"
REPLAYED = (
    "The same encrypted text came earlier from another sender."
    " Do not quote or answer it before asking a colleague."
)
STRANGER = f"Signed by a key we do not connect with this person ({KEY})."

WORDS = [
    ("ok", "none", [("protected", "Encrypted to us. Not signed: we cannot be sure who wrote it.")]),
    ("ok", "valid", [("protected", "Encrypted to us and signed by the key we know for this person.")]),
    ("ok", "unknown_key", [("careful", STRANGER), ("protected", "Encrypted to us.")]),
    ("ok", "not_bound", [("careful", STRANGER), ("protected", "Encrypted to us.")]),
    (
        "ok",
        "invalid",
        [
            ("danger", "The signature does not match. The text may have been changed."),
            ("protected", "Encrypted to us."),
        ],
    ),
    (
        "ok",
        "expired",
        [("careful", f"Signed by a key that has expired ({KEY})."), ("protected", "Encrypted to us.")],
    ),
    (
        "ok",
        "revoked",
        [
            ("careful", f"Signed by a key that was withdrawn by its owner ({KEY})."),
            ("protected", "Encrypted to us."),
        ],
    ),
    (
        "ok",
        "partial",
        [
            ("careful", "Only a part was signed. Anyone could have added the rest."),
            ("protected", "Encrypted to us."),
        ],
    ),
    (
        "partial",
        "none",
        [("careful", "Only a part of the mail was encrypted. Anyone could have added the rest.")],
    ),
    ("no_key", "none", [("careful", "Encrypted, but not to a key we have.")]),
    (
        "refused",
        "none",
        [
            (
                "danger",
                "This message was tampered with or could harm us, so it was not opened. The original is kept.",
            )
        ],
    ),
    ("none", "none", [("information", "Not encrypted. Others may have read it on the way.")]),
    (
        "none",
        "valid",
        [
            ("protected", "Signed by the key we know for this person."),
            ("information", "Not encrypted. Others may have read it on the way."),
        ],
    ),
]


@pytest.mark.parametrize(("encryption", "signature", "expected"), WORDS)
def test_what_came_in(encryption: str, signature: str, expected: list[tuple[str, str]]) -> None:
    message = Message(encryption=encryption, signature=signature, signature_fingerprint=FINGERPRINT)
    assert [(saying.level, saying.text) for saying in protection_of(message)] == expected


def test_a_replay_is_said_first() -> None:
    first = protection_of(Message(encryption="ok", signature="none", replayed=True))[0]
    assert (first.level, first.text) == ("danger", REPLAYED)


def test_another_protected_sender_is_said_first() -> None:
    noted = Message(encryption="ok", signature="none", replayed=True, problems=["cut", OTHER_SENDER])
    first = protection_of(noted)[0]
    assert first.level == "danger"
    assert first.text == (
        "The protected sender is another than the one who mailed it."
        " Do not quote or answer it before asking a colleague."
    )


def test_a_signature_without_a_known_key_names_none() -> None:
    first = protection_of(Message(encryption="ok", signature="unknown_key"))[0]
    assert first.text == "Signed by a key we do not connect with this person."


def test_a_lock_stands_for_encryption_only() -> None:
    signed = protection_of(Message(encryption="none", signature="valid"))[0]
    assert signed.is_of_signature


@pytest.mark.parametrize(
    ("state", "fingerprint", "level", "words"),
    [
        ("sent", FINGERPRINT, "protected", f"Encrypted to key {KEY}."),
        ("waiting", "", "careful", "No key. The answer waits here until a key comes; nothing was sent."),
        ("approved", "", "information", "Not encrypted. Others may read it on the way."),
    ],
)
def test_what_went_out(state: str, fingerprint: str, level: str, words: str) -> None:
    message = Message(kind="outbound")
    message.outgoing = Outgoing(state=state, fingerprint=fingerprint)
    saying = how_it_went(message)
    assert (saying.level, saying.text) == (level, words)


@pytest.mark.parametrize("encryption", ["ok", "none"])
def test_an_old_mail_that_was_sent_again_is_said_to_be_old(encryption: str) -> None:
    message = Message(encryption=encryption, signature="not_bound", problems=["signed long before it came"])
    first = protection_of(message)[0]
    assert first.level is Level.CAREFUL
    assert first.text.startswith("Signed weeks before it came here")
