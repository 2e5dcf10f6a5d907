"""What becomes work for an agent, and what is put elsewhere with which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crypto.verdict import Encryption, Signature
from tickets.mail.classify import classify
from tickets.mail.letter import (
    Accepted,
    Address,
    Delivery,
    DeliveryReport,
    Letter,
    Machine,
    MachineSigns,
    MailError,
    Quarantine,
    SetAside,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OURS = f"wd.{'0' * 32}@desk.example"
LETTER = Letter(
    Encryption.NONE,
    Signature(),
    from_=(Address("", "jane@example.org"),),
    subject="Wi-Fi",
    text="The wireless network disappears every time my laptop wakes up.",
    answer="The wireless network disappears every time my laptop wakes up.",
)


def judged(letter: Letter) -> Accepted:
    return classify(letter, own_domains=frozenset({"desk.example"}), now=NOW)


def test_a_person_is_accepted_with_their_language() -> None:
    accepted = judged(LETTER)
    assert (accepted.machine, accepted.language, accepted.keys) == (None, "en", ())


def test_a_machine_is_accepted_and_marked() -> None:
    assert (
        judged(replace(LETTER, signs=MachineSigns(auto_submitted="auto-replied"))).machine
        is Machine.AUTOMATIC
    )


def test_a_bounce_that_brings_our_encrypted_answer_back_is_accepted() -> None:
    report = DeliveryReport(Delivery.FAILED, "5.1.1", ("nils@example.net",), (OURS,))
    letter = replace(LETTER, encryption=Encryption.NO_KEY, text="", answer="", delivery=report)
    assert judged(letter).machine is Machine.BOUNCE


@pytest.mark.parametrize(
    ("letter", "kind", "reason"),
    [
        (replace(LETTER, encryption=Encryption.REFUSED), Quarantine, "refused"),
        (replace(LETTER, encryption=Encryption.NO_KEY), SetAside, "no_key"),
        (replace(LETTER, message_id=OURS), SetAside, "loop"),
        (replace(LETTER, subject="", text=""), SetAside, "empty"),
    ],
)
def test_what_is_not_filed_says_why(letter: Letter, kind: type[MailError], reason: str) -> None:
    with pytest.raises(kind) as stop:
        judged(letter)
    assert stop.value.reason == reason
