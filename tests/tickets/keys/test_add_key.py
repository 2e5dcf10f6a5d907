"""A key that an agent adds by hand, or takes out of use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import TestCase

from crypto.keys import choose_key
from crypto.models import KeyEvent, PublicKey
from helpdesk.models import User
from tests.crypto.correspondents.test_certificates import flooded, without_signatures
from tests.keyrings import BOB, CAROL, KEYS, certificate
from tests.tickets.cases import NOW, REQUESTER, know_key, opened
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.errors import NotPossibleNow
from tickets.actions.keys.add_key import KeyNotTaken, WhyNot, add_key
from tickets.actions.keys.retire_key import retire_key
from tickets.models import Outgoing, Queue, Ticket
from tickets.travel import Way, travel_of

LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(signing: Queue) -> Ticket:
    return opened(signing)


def _block(name: str, kind: str = "public") -> bytes:
    return (KEYS / f"{name}.{kind}.asc").read_bytes()


def _add(ticket: Ticket, data: bytes, by: User, *, compared: bool = False) -> PublicKey:
    return add_key(ticket, data, compared=compared, by=by, now=LATER)


def _kinds(ticket: Ticket) -> list[tuple[str, User | None]]:
    return [(each.kind, each.by) for each in ticket.events.filter(kind__startswith="key").order_by("id")]


@pytest.mark.parametrize("data", [_block("bob"), certificate("bob"), b"Here:\n" + _block("bob") + b"bye"])
def test_a_key_that_is_added_waits_to_be_compared(ticket: Ticket, alice: User, data: bytes) -> None:
    row = _add(ticket, data, alice)
    assert (row.state, row.source, row.encrypted, row.fingerprint) == ("proposed", "agent", False, BOB)
    assert travel_of(ticket, now=LATER).way is Way.WAITS
    assert _kinds(ticket) == [("key_added", alice)]
    assert KeyEvent.objects.get().by == alice


def test_a_key_that_was_compared_is_used_and_releases_what_waited(
    ticket: Ticket, alice: User, told: list[tuple[str, str]]
) -> None:
    answer_ticket(ticket, "Wait.", by=alice, shown=Shown(Way.WAITS), now=NOW)
    told.clear()
    with TestCase.captureOnCommitCallbacks(execute=True):
        _add(ticket, _block("bob"), alice, compared=True)
    assert travel_of(ticket, now=LATER).way is Way.ENCRYPTED
    assert ("release_waiting", str(ticket.pk)) in told
    assert _kinds(ticket)[-2:] == [("key_added", alice), ("key_confirmed", alice)]
    assert Outgoing.objects.released(LATER).count() == 1


def test_a_key_that_is_added_stops_nothing_before_it_is_compared(ticket: Ticket, alice: User) -> None:
    know_key("bob")
    _add(ticket, _block("carol"), alice)
    assert travel_of(ticket, now=LATER).choice.certificate == certificate("bob")


def test_a_key_that_was_compared_takes_the_place_of_the_other(ticket: Ticket, alice: User) -> None:
    know_key("bob")
    _add(ticket, _block("carol"), alice, compared=True)
    assert choose_key(REQUESTER, now=LATER).fingerprint == CAROL


def test_a_flooded_key_is_cut(ticket: Ticket, alice: User) -> None:
    _add(ticket, flooded(certificate("bob"), 3_000), alice)
    assert PublicKey.objects.select_related("key").get().certificate == certificate("bob")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", WhyNot.NO_KEY),
        (b"0xB7CA123B354BC0FA", WhyNot.NO_KEY),
        (b"-----BEGIN PGP MESSAGE-----\n\nyw==\n-----END PGP MESSAGE-----", WhyNot.NO_KEY),
        (_block("bob")[:300], WhyNot.DAMAGED),
        (certificate("bob")[:100], WhyNot.DAMAGED),
        (_block("bob") + _block("carol"), WhyNot.SEVERAL),
        (_block("bob", "secret"), WhyNot.PRIVATE),
        (_block("dora-expired"), WhyNot.EXPIRED),
        (_block("gwen-revoked"), WhyNot.REVOKED),
        (_block("erin-sign-only"), WhyNot.SIGN_ONLY),
        (_block("finn-weak"), WhyNot.WEAK),
        (without_signatures(certificate("bob")), WhyNot.UNREADABLE),
    ],
)
def test_what_is_no_key_to_use_is_not_taken_and_the_reason_is_said(
    ticket: Ticket, alice: User, data: bytes, why: WhyNot
) -> None:
    with pytest.raises(KeyNotTaken) as stop:
        _add(ticket, data, alice, compared=True)
    assert stop.value.why is why
    assert not PublicKey.objects.exists()
    assert _kinds(ticket) == []


def test_nobody_has_no_keys(signing: Queue, alice: User) -> None:
    with pytest.raises(KeyNotTaken) as stop:
        _add(opened(signing, address=""), _block("bob"), alice)
    assert stop.value.why is WhyNot.NOBODY


def test_a_revoked_copy_of_a_known_key_is_taken(signing: Queue, alice: User) -> None:
    ticket = opened(signing, address="ella@user.example")
    add_key(ticket, _block("ella"), compared=True, by=alice, now=NOW)
    row = _add(ticket, _block("ella-revoked"), alice, compared=True)
    assert (row.state, row.trouble) == ("unusable", "revoked")
    assert travel_of(ticket, now=LATER).way is Way.WAITS
    assert _kinds(ticket)[-1] == ("key_added", alice)


def test_a_key_that_came_and_cannot_be_used_is_no_better_by_hand(signing: Queue, alice: User) -> None:
    ticket = opened(signing, address="finn@user.example")
    for _ in range(2):
        with pytest.raises(KeyNotTaken):
            _add(ticket, _block("finn-weak"), alice)


def test_a_retired_key_is_taken_back_by_hand(ticket: Ticket, alice: User) -> None:
    know_key()
    retire_key(ticket, BOB, by=alice, now=LATER)
    assert travel_of(ticket, now=LATER).way is Way.WAITS
    assert _add(ticket, _block("bob"), alice).state == "proposed"
    assert _kinds(ticket) == [("key_retired", alice), ("key_added", alice)]


@pytest.mark.parametrize("fingerprint", [CAROL, "", BOB[-16:]])
def test_only_a_key_of_theirs_can_be_retired(ticket: Ticket, alice: User, fingerprint: str) -> None:
    know_key()
    know_key("carol", address="carol@user.example")
    with pytest.raises(NotPossibleNow):
        retire_key(ticket, fingerprint, by=alice, now=LATER)
    assert _kinds(ticket) == []


def test_nothing_is_done_in_a_ticket_that_is_being_forgotten(ticket: Ticket, alice: User) -> None:
    know_key()
    Ticket.objects.update(state=Ticket.State.FORGETTING)
    with pytest.raises(NotPossibleNow):
        _add(ticket, _block("carol"), alice)
    with pytest.raises(NotPossibleNow):
        retire_key(ticket, BOB, by=alice, now=LATER)
    assert PublicKey.objects.get().state == "in_use"
