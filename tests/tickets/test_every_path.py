"""Every path that sends mail, in every state of a ticket: nothing that came encrypted leaves in clear (promise 3)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.keyrings import KEYS
from tests.mail.letters import mail
from tests.mail.sealed import encrypted, letter
from tests.tickets.cases import know_key
from tests.wire import Wire, inside, outside
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.automatic.alert import Words, keep_alerts, write_alerts
from tickets.actions.close import close_ticket
from tickets.actions.errors import ActionError
from tickets.mail import send
from tickets.models import AutomaticMail, Outgoing, Queue, Ticket
from tickets.travel import Way

Kind = Outgoing.Kind
BOB = "bob@user.example"
SUBJECT, TEXT, MINE = "My secret printer", "It is on fire.", "Pour seven litres of water."
SECRETS = (SUBJECT, "secret printer", TEXT, "on fire")

pytestmark = pytest.mark.django_db


class Case:
    """Bob, who writes to the desk as a state needs it, and Alice who answers."""

    def __init__(self, wire: Wire, bobs: SecretKeyring, alice: User) -> None:
        self.wire, self.bobs, self.alice = wire, bobs, alice

    def take(self, raw: bytes) -> Ticket:
        AutomaticMail.objects.all().delete()  # The day is over: what is said here is not held up by a limit.
        ticket = self.wire.take(raw)
        assert ticket is not None
        return ticket

    def sealed(self, *, sender: str = BOB, with_key: bool = False, answers: str = "") -> bytes:
        message = letter(sender=sender)
        message["Message-ID"] = f"<{timezone.now().timestamp()}@user.example>"
        if answers:
            message["In-Reply-To"] = answers
        if with_key:
            _attach_key(message)
        return encrypted(self.bobs, message)

    def clear(self) -> Ticket:
        return self.take(mail(sender=BOB, subject=SUBJECT, text=TEXT))

    def answer(self, ticket: Ticket) -> None:
        """On every way there is; what is refused is refused."""
        for way in Way:
            with contextlib.suppress(ActionError):
                fresh = Ticket.objects.select_related("queue", "key").get(pk=ticket.pk)
                answer_ticket(fresh, MINE, by=self.alice, now=timezone.now(), shown=Shown(way))
        self.wire.work()


def _attach_key(message: EmailMessage) -> None:
    key = (KEYS / "bob.public.asc").read_bytes()
    message.add_attachment(key, maintype="application", subtype="pgp-keys", filename="bob.asc")


def _plain(case: Case) -> Ticket:
    return case.clear()


def _with_key(case: Case) -> Ticket:
    return case.take(case.sealed(with_key=True))


def _without_key(case: Case) -> Ticket:
    return case.take(case.sealed())


def _partial(case: Case) -> Ticket:
    sealed = case.sealed()
    armor = sealed[sealed.index(b"-----BEGIN PGP MESSAGE") : sealed.index(b"-----END PGP MESSAGE-----") + 25]
    return case.take(mail(sender=BOB, text=f"Please read:\r\n\r\n{armor.decode()}\r\n\r\nBob"))


def _replayed(case: Case) -> Ticket:
    sealed = case.sealed()
    case.take(sealed)
    return case.take(sealed.replace(BOB.encode(), b"thief@else.example"))


def _changed_key(case: Case) -> Ticket:
    ticket = _with_key(case)
    know_key("carol", now=timezone.now())
    return ticket


def _closed(case: Case) -> Ticket:
    ticket = _without_key(case)
    close_ticket(ticket, by=case.alice, now=timezone.now())
    return ticket


def _overtaken(case: Case) -> Ticket:
    """Asked in clear and answered so; before the answer has left, Bob writes again, encrypted."""
    ticket = case.clear()
    with contextlib.suppress(ActionError):
        answer_ticket(ticket, MINE, by=case.alice, now=timezone.now(), shown=Shown(Way.CLEAR))
    asked = ticket.messages.get(kind="inbound").message_id
    assert case.take(case.sealed(answers=f"<{asked.strip('<>')}>")) == ticket
    return ticket


STATES: dict[str, Callable[[Case], Ticket]] = {
    each.__name__.strip("_"): each
    for each in (_plain, _with_key, _without_key, _partial, _replayed, _changed_key, _closed, _overtaken)
}


def _answers(case: Case, ticket: Ticket) -> None:
    case.answer(ticket)


def _acknowledges(case: Case, ticket: Ticket) -> None:
    """It was done when the mail came; another one of theirs comes."""
    case.wire.take(case.sealed())


def _notices(case: Case, ticket: Ticket) -> None:
    Queue.objects.update(without_key=Queue.WithoutKey.WAIT)
    case.answer(ticket)


def _asks(case: Case, ticket: Ticket) -> None:
    Queue.objects.update(without_key=Queue.WithoutKey.ASK)
    case.answer(ticket)


def _alerts(case: Case, ticket: Ticket) -> None:
    User.objects.filter(pk=case.alice.pk).update(is_coordinator=True, email="alice@home.example")
    words = Words("A key of the desk", "It expires in seven days.")
    keep_alerts(write_alerts(lambda: words, now=timezone.now()))
    case.wire.work()


PATHS: dict[str, Callable[[Case, Ticket], None]] = {
    Kind.ANSWER: _answers,
    Kind.ACKNOWLEDGEMENT: _acknowledges,
    Kind.NOTICE: _notices,
    Kind.KEY_REQUEST: _asks,
    Kind.ALERT: _alerts,
}


@pytest.fixture(scope="module")
def bobs(bob_home: Path) -> SecretKeyring:
    return SecretKeyring(bob_home)


@pytest.fixture
def case(signing: Queue, bobs: SecretKeyring, alice: User, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A desk that says as much by itself as it ever can, and the record of all that left it."""
    Queue.objects.update(acknowledges=True, without_key=Queue.WithoutKey.PLAIN)
    wire = Wire()
    monkeypatch.setattr(send, "hand_over", wire.hand_over)
    return Case(wire, bobs, alice)


def test_every_path_that_sends_mail_is_walked_here() -> None:
    """A new kind of outgoing mail fails here until it has a row, and so a look at its bytes."""
    assert set(PATHS) == set(Kind.values)


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("state", STATES)
def test_nothing_that_came_encrypted_leaves_in_clear(case: Case, state: str, kind: str) -> None:
    ticket = STATES[state](case)
    before = len(case.wire.sent)
    Queue.objects.update(without_key=Queue.WithoutKey.PLAIN)
    PATHS[kind](case, ticket)
    ticket.refresh_from_db()
    for number, (_, raw) in enumerate(case.wire.sent):
        _check_outside(outside(raw), is_plain=not ticket.protected)
        _check_inside(inside(raw, case.bobs))
        assert number < before or state != "replayed" or kind in (Kind.ALERT, Kind.ACKNOWLEDGEMENT)
    if ticket.protected:
        assert not Outgoing.objects.filter(
            kind=Kind.ANSWER, fingerprint__isnull=True, rendered__isnull=False, message__ticket=ticket
        ).exists()


def _check_outside(read: str, *, is_plain: bool) -> None:
    assert TEXT not in read  # Not even in clear: nothing is quoted (security.md R1).
    if not is_plain:
        for secret in (*SECRETS, MINE):
            assert secret not in read
    for ticket in Ticket.objects.all():
        assert ticket.number not in read


def _check_inside(read: str) -> None:
    """What Bob decrypts: the agent's words under his own subject, or nothing of either."""
    assert TEXT not in read
    assert (SUBJECT in read) == (MINE in read)


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("plain", {Kind.ANSWER: 1, Kind.ACKNOWLEDGEMENT: 1}),
        ("with_key", {Kind.ANSWER: 1, Kind.ACKNOWLEDGEMENT: 1}),
        ("without_key", {Kind.ACKNOWLEDGEMENT: 1, Kind.NOTICE: 1}),
        ("partial", {Kind.ACKNOWLEDGEMENT: 1, Kind.NOTICE: 1}),
        ("changed_key", {Kind.ACKNOWLEDGEMENT: 1}),
        ("closed", {Kind.ACKNOWLEDGEMENT: 1, Kind.NOTICE: 1}),
        ("overtaken", {Kind.ACKNOWLEDGEMENT: 1, Kind.NOTICE: 1}),
    ],
)
def test_and_all_that_may_leave_does(case: Case, state: str, kinds: dict[str, int]) -> None:
    """The positive control: a desk that sends nothing leaks nothing, either."""
    ticket = STATES[state](case)
    case.answer(ticket)
    rows = Outgoing.objects.filter(message__ticket=ticket, state=Outgoing.State.SENT)
    left = list(rows.values_list("kind", flat=True))
    assert {kind: left.count(kind) for kind in set(left)} == kinds
    assert len(case.wire.sent) == len(left)


def test_an_answer_to_a_known_key_can_be_read(case: Case) -> None:
    case.answer(STATES["with_key"](case))
    assert MINE in inside(case.wire.sent[-1][1], case.bobs)
