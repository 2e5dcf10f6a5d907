"""Learning keys: at most one from a letter, for the person who wrote it, and never in place of another."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.keys import choose_key
from crypto.models import KeyEvent, PublicKey
from crypto.structure.packets import USER_ID, walk
from crypto.verdict import Encryption
from tests.keyrings import BOB, CAROL, DORA, ELLA, certificate
from tests.mail.letters import file, letter, report
from tickets.mail.letter import Letter, Machine, OfferedKey
from tickets.models import Event, Message, Queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
BOBS_ADDRESS = "bob@user.example"
State = PublicKey.State


def offered(
    name: str = "bob", fingerprint: str = BOB, source: str = "attachment", *, is_outside: bool = False
) -> OfferedKey:
    return OfferedKey(fingerprint, source, certificate(name), is_outside)


def from_bob(**more: Any) -> Letter:
    return letter(sender=BOBS_ADDRESS, **{"encryption": Encryption.OK, **more})


def learned(message: Message) -> bool:
    return message.ticket.events.filter(kind=Event.Kind.KEY_LEARNED).exists()


@pytest.mark.parametrize("source", ["attachment", "autocrypt", "report"])
def test_the_first_key_inside_an_encrypted_letter_is_used(source: str) -> None:
    message = file(from_bob(), keys=[offered(source=source)])
    row = PublicKey.objects.get()
    assert (row.state, row.source, row.encrypted, row.fingerprint) == (State.IN_USE, source, True, BOB)
    assert choose_key(BOBS_ADDRESS, now=message.created).certificate is not None
    assert learned(message)


def test_a_key_that_comes_later_for_somebody_without_one_is_proposed_only() -> None:
    """Anybody could have written the second mail: the answer that waits for Bob must not go to them."""
    file(from_bob())
    message = file(from_bob(), keys=[offered()])
    assert PublicKey.objects.get().state == State.PROPOSED
    assert choose_key(BOBS_ADDRESS, now=message.created).certificate is None


def test_a_key_in_a_letter_to_the_same_ticket_is_used() -> None:
    first = file(from_bob(message_id="first@user.example"))
    message = file(from_bob(references=("first@user.example",)), keys=[offered()])
    assert message.ticket == first.ticket
    assert PublicKey.objects.get().state == State.IN_USE


def test_a_key_in_a_letter_in_clear_is_proposed_only() -> None:
    message = file(from_bob(encryption=Encryption.NONE), keys=[offered()])
    assert PublicKey.objects.get().state == State.PROPOSED
    assert choose_key(BOBS_ADDRESS, now=message.created).certificate is None


def test_a_key_beside_the_encryption_is_proposed_only() -> None:
    file(from_bob(), keys=[offered(source="autocrypt", is_outside=True)])
    row = PublicKey.objects.get()
    assert (row.state, row.encrypted) == (State.PROPOSED, False)


def test_a_key_inside_counts_whatever_a_carrier_put_beside_it() -> None:
    theirs = OfferedKey("F" * 40, "autocrypt", b"\x99\x01\x0dtorn", is_outside=True)
    file(from_bob(), keys=[offered(), theirs, offered(is_outside=True)])
    assert (PublicKey.objects.get().fingerprint, PublicKey.objects.get().state) == (BOB, State.IN_USE)


def test_the_same_key_again_is_no_news() -> None:
    file(from_bob(), keys=[offered()])
    message = file(from_bob(), keys=[offered()])
    assert PublicKey.objects.count() == 1
    assert not learned(message)


def test_the_same_key_in_two_places_is_one() -> None:
    message = file(from_bob(), keys=[offered(), offered(source="autocrypt")])
    assert not message.ticket.events.filter(kind=Event.Kind.KEYS_SEVERAL).exists()
    assert PublicKey.objects.get().fingerprint == BOB


def test_two_keys_for_one_address_are_none() -> None:
    """Carol's key stands in the report: by its place there it would be Bob's, too."""
    message = file(from_bob(), keys=[offered(), offered("carol", CAROL, "report")])
    assert not PublicKey.objects.exists()
    assert not learned(message)
    assert message.ticket.events.filter(kind=Event.Kind.KEYS_SEVERAL, by=None).count() == 1


def test_a_key_beside_bobs_that_does_not_name_him_counts_for_nothing() -> None:
    file(from_bob(), keys=[offered("carol", CAROL), offered()])
    assert PublicKey.objects.get().fingerprint == BOB


@pytest.mark.parametrize("source", ["attachment", "autocrypt"])
def test_somebody_elses_key_is_not_learned(source: str) -> None:
    file(from_bob(), keys=[offered("carol", CAROL, source)])
    assert not PublicKey.objects.exists()


def test_a_key_that_only_contains_the_writers_address_is_not_learned() -> None:
    """Carol's is carol@user.example."""
    file(letter(sender="rol@user.example", encryption=Encryption.OK), keys=[offered("carol", CAROL)])
    assert not PublicKey.objects.exists()


def test_a_key_in_a_report_is_the_reporters_whatever_it_names() -> None:
    one = letter(
        sender="devnull@tails.example",
        subject="Bug report: 0123456789abcdef0123456789abcdef",
        text=report(sender=BOBS_ADDRESS),
        encryption=Encryption.OK,
    )
    message = file(one, keys=[offered("carol", CAROL, "report")])
    assert choose_key(BOBS_ADDRESS, now=message.created).fingerprint == CAROL


def test_a_second_key_is_proposed_and_stops_the_first() -> None:
    file(from_bob(), keys=[offered()])
    message = file(from_bob(), keys=[offered("carol", CAROL, "report")])
    choice = choose_key(BOBS_ADDRESS, now=message.created)
    assert (choice.changed, choice.certificate) == (True, None)
    assert message.ticket.events.filter(kind=Event.Kind.KEY_PROPOSED).exists()
    assert not learned(message)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("erin-sign-only", "sign_only"), ("finn-weak", "weak"), ("gwen-revoked", "revoked")],
)
def test_a_key_that_cannot_be_used_is_remembered_and_why(name: str, trouble: str) -> None:
    sender = f"{name.partition('-')[0]}@user.example"
    message = file(letter(sender=sender, encryption=Encryption.OK), keys=[offered(name, "E" * 40)])
    row = PublicKey.objects.get()
    assert (row.state, row.trouble) == (State.UNUSABLE, trouble)
    assert choose_key(sender, now=message.created).trouble == trouble
    assert not message.ticket.events.filter(kind__startswith="key").exists()


def test_a_key_of_which_nothing_can_be_read_is_remembered_where_it_can_only_be_theirs() -> None:
    unreadable = OfferedKey(BOB, "report", b"")
    file(from_bob(), keys=[unreadable])
    assert PublicKey.objects.get().trouble == "unreadable"
    file(letter(sender="ann@user.example"), keys=[OfferedKey(CAROL, "attachment", b"")])
    assert PublicKey.objects.count() == 1


def test_only_one_name_of_a_key_is_kept() -> None:
    file(letter(sender="Ella@User.example", encryption=Encryption.OK), keys=[offered("ella", ELLA)])
    names = [each.body for each in walk(PublicKey.objects.get().certificate) if each.tag == USER_ID]
    assert names == [b"Ella Finch <ella@user.example>"]


def test_the_message_that_brought_a_key_is_remembered() -> None:
    message = file(from_bob(), keys=[offered()])
    event = KeyEvent.objects.get()
    assert (event.origin, event.kind, event.encrypted, event.at) == (
        message.pk,
        "seen",
        True,
        message.created,
    )


def test_a_key_from_a_text_that_may_be_stolen_is_not_used_unasked() -> None:
    file(from_bob(sender_differs=True), keys=[offered()])
    assert PublicKey.objects.get().state == State.PROPOSED


def test_an_expired_key_is_learned_and_not_used() -> None:
    message = file(
        letter(sender="dora@user.example", encryption=Encryption.OK), keys=[offered("dora-expired", DORA)]
    )
    assert choose_key("dora@user.example", now=message.created).trouble == "expired"


def test_no_key_is_learned_from_a_machine() -> None:
    file(from_bob(), machine=Machine.AUTOMATIC, keys=[offered()])
    assert not PublicKey.objects.exists()


def test_no_key_is_learned_for_nobody() -> None:
    file(from_bob(from_=()), keys=[offered(source="report")])
    assert not PublicKey.objects.exists()


def test_a_key_that_cannot_be_read_costs_nothing() -> None:
    broken = OfferedKey(BOB, "attachment", b"\x99\x01\x0dtorn <bob@user.example>")
    file(from_bob(), keys=[broken])
    file(from_bob(), keys=[broken, offered()])
    assert PublicKey.objects.get().fingerprint == BOB


def test_nothing_is_learned_when_filing_fails(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tickets.mail.file.enqueue", fail)
    with pytest.raises(RuntimeError):
        file(from_bob(), keys=[offered()])
    assert not PublicKey.objects.exists()
