"""Desks, lists and machines wired to each other fall silent: by their headers, and by what each counts itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crypto.openpgp import SecretKeyring
from tests.conftest import DESK_ADDRESS, SHARED
from tests.mail.letters import keep, mail
from tickets import tasks
from tickets.actions.automatic import deciding as automatic
from tickets.actions.automatic.deciding import write_automatic
from tickets.mail import line, send
from tickets.models import AutomaticMail, Incoming, Message, Outgoing, Queue

OTHER = "help@other.example"
ROUNDS = 12
Relay = Callable[[bytes], bytes | None]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyring")]


@pytest.fixture
def wire(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
    """Every mail that was handed to a mail server: (recipient, bytes). The queue acknowledges."""
    Queue.objects.update(acknowledges=True)
    sent: list[tuple[str, bytes]] = []

    def hand_over(sender: str, recipient: str, raw: bytes) -> tuple[send.Outcome, int]:
        sent.append((recipient, raw))
        return send.Outcome.ACCEPTED, 250

    monkeypatch.setattr(send, "hand_over", hand_over)
    return sent


def work(raw: bytes) -> None:
    """A desk takes a mail, and does all that follows from it."""
    line.process(keep(raw).pk)
    for identity in Outgoing.objects.unwritten(timezone.now()).values_list("pk", flat=True):
        write_automatic(identity, now=timezone.now())
    for identity in Outgoing.objects.due(timezone.now()).values_list("pk", flat=True):
        send.send_outgoing(identity)
    tasks.sweep()


def exchange(wire: list[tuple[str, bytes]], relay: Relay, desks: dict[str, Callable[[bytes], None]]) -> int:
    """Carry mails between desks until nobody says anything; give how many were sent."""
    done = 0
    while done < len(wire):
        assert done < ROUNDS, "they do not stop"
        recipient, raw = wire[done]
        done += 1
        carried = relay(raw)
        if carried is not None and recipient in desks:
            desks[recipient](carried)
    return done


@contextmanager
def only(queue: Queue) -> Iterator[None]:
    """The desk that has this queue: that of the other is not ours for a while, nor are its domain and its address."""
    others = Queue.objects.exclude(pk=queue.pk)
    hidden = list(others.values_list("pk", "address"))
    others.update(address="nobody@hidden.invalid")
    yield
    for pk, address in hidden:
        Queue.objects.filter(pk=pk).update(address=address)


@pytest.fixture
def desks(queue: Queue, settings: LazySettings) -> dict[str, Callable[[bytes], None]]:
    """Two desks that both acknowledge."""
    settings.MAIL_DOMAINS = []
    other = Queue.objects.create(
        slug="other", name="Other", address=OTHER, fingerprint=queue.fingerprint, acknowledges=True
    )

    def at(own: Queue) -> Callable[[bytes], None]:
        def take(raw: bytes) -> None:
            with only(own):
                work(raw)

        return take

    return {DESK_ADDRESS: at(queue), OTHER: at(other)}


def _as_it_is(raw: bytes) -> bytes:
    return raw


def _stripped(raw: bytes) -> bytes:
    """A hostile relay: no header that says what it is, no thread, another Message-ID and subject each time."""
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", raw.partition(b"\r\n\r\n")[0])
    kept = [each for each in unfolded.splitlines() if each.lower().startswith((b"from:", b"to:"))]
    return b"\r\n".join(kept) + f"\r\nSubject: {hash(raw)}\r\n\r\nWe have got your mail.\r\n".encode()


def _forged(sender: str, recipient: str) -> bytes:
    return mail(sender=sender).replace(f"To: {DESK_ADDRESS}".encode(), f"To: {recipient}".encode())


@pytest.mark.parametrize(("relay", "sent"), [(_as_it_is, 1), (_stripped, 2)])
def test_two_desks_stop_after_one_exchange(
    wire: list[tuple[str, bytes]], desks: dict[str, Callable[[bytes], None]], relay: Relay, sent: int
) -> None:
    desks[DESK_ADDRESS](_forged(OTHER, DESK_ADDRESS))
    assert exchange(wire, relay, desks) == sent
    assert [recipient for recipient, _ in wire] == [OTHER, DESK_ADDRESS][:sent]


def test_with_a_mailing_list_between_them_too(
    wire: list[tuple[str, bytes]], desks: dict[str, Callable[[bytes], None]]
) -> None:
    """It writes itself into From, takes all signs away, and sends everything to both."""
    members = "all@list.example"

    def post(raw: bytes) -> None:
        for number, address in enumerate((DESK_ADDRESS, OTHER)):
            desks[address](_stripped(_forged(members, address)) + str(number).encode())

    post(b"")
    assert exchange(wire, _as_it_is, {**desks, members: post}) == 1  # Here both count in one database.


def test_who_answers_everything_from_ever_new_addresses_meets_the_limits(
    wire: list[tuple[str, bytes]], settings: LazySettings
) -> None:
    settings.AUTOMATIC_MAIL_PER_HOUR = 5
    for number in range(5):
        work(mail(sender=f"help{number}@one.example"))
    assert len(wire) == 3
    for number in range(5):
        work(mail(sender=f"help@{number}.example"))
    assert len(wire) == 5
    work(mail(sender="help@last.example"))
    assert len(wire) == AutomaticMail.objects.count() == 5


@pytest.mark.parametrize("head", ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes", ""])
def test_a_vacation_responder_hears_from_us_once(wire: list[tuple[str, bytes]], head: str) -> None:
    work(mail(sender="ana@user.example"))
    ((_, raw),) = wire
    ours = re.search(rb"Message-ID: (<wd\.[^>]*>)", raw)
    assert ours is not None
    thread = f"In-Reply-To: {ours[1].decode()}\n{head}".strip()
    for _ in range(3):
        work(mail(sender="ana@user.example", text="I am away.", head=thread))
    assert len(wire) == 1


@pytest.mark.parametrize("ticket", [True, False])
def test_whose_bounces_come_back_hears_nothing(wire: list[tuple[str, bytes]], *, ticket: bool) -> None:
    work(mail(sender="ana@user.example"))
    ((_, raw),) = wire
    head = raw.partition(b"\r\n\r\n")[0] if ticket else b"Subject: Yours"
    daemon = f"From: mailer-daemon@mx.example\r\nTo: {DESK_ADDRESS}\r\nSubject: Undelivered\r\n\r\nNo such user.\r\n\r\n"
    work(daemon.encode() + head + b"\r\n")
    assert len(wire) == 1
    message = Message.objects.get(machine="bounce")
    assert (message.about is not None) is ticket
    assert message.ticket.waiting_since is None or ticket


@pytest.mark.shared
@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        ("deltachat", "*"),
        ("zammad-mail", "*"),
        ("ruby-mail", "*multipart_report*"),
        ("ruby-mail", "*bounce*"),
    ],
)
def test_no_machine_of_the_corpora_is_answered(
    wire: list[tuple[str, bytes]],
    source: str,
    pattern: str,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Limits aside: none of the bounces, lists and loops causes a mail, and of the rest nobody who did not name us."""
    settings.AUTOMATIC_MAIL_PER_HOUR = 10_000
    monkeypatch.setattr(automatic, "_render", lambda outgoing, now: (b"acknowledged", None))
    paths = sorted((SHARED / "mail" / source / "mails").glob(pattern))
    assert paths
    for raw in {path.read_bytes() for path in paths}:
        work(raw)
        # As if it had been sent to us: the signs alone must do.
        work(b"To: " + DESK_ADDRESS.encode() + b"\r\n" + re.sub(rb"(?im)^to:", b"X-Was-To:", raw))
    machines = Message.objects.exclude(machine="").values("ticket")
    assert machines.exists()
    assert not Outgoing.objects.filter(message__ticket__in=machines).exists()
    told = {recipient.lower() for recipient, _ in wire}
    assert not [
        each for each in told if re.search(r"daemon|postmaster|no-?reply|bounce|-request@|^owner-", each)
    ]
    names = [path for path in paths if re.search(r"ndn|bounce|undelivered|report", path.name)]
    for path in names:
        (AutomaticMail.objects.all()).delete()
        before = len(wire)
        work(b"X-Again: 1\r\n" + path.read_bytes())
        assert len(wire) == before, path.name
    assert not Incoming.objects.filter(reason__in=["unexpected", "gave_up"]).exists()


def test_the_keyring_signs(keyring: SecretKeyring, wire: list[tuple[str, bytes]]) -> None:
    """The positive control: a person is told, or all of the above would be true of a desk that is dumb."""
    work(mail(sender="ana@user.example"))
    ((recipient, raw),) = wire
    assert recipient == "ana@user.example"
    assert b"multipart/signed" in raw
    assert Path(keyring.home).is_dir()
