"""Automatic mail becomes bytes: the few headers that machines understand, no word of a ticket, once."""

from __future__ import annotations

import email
import os
import signal
import uuid
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from crypto.errors import GnupgError, UnusableKeyError
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.children import at_once, in_child
from tests.keyrings import BOB, DESK, known
from tests.tickets.cases import NOW, know_key, opened
from tickets import breaker, tasks
from tickets.actions.answer import Shown, answer_ticket, send_again
from tickets.actions.automatic import deciding as automatic
from tickets.actions.automatic.deciding import Voice, decide_upon, write_automatic
from tickets.actions.errors import NotPossibleNow
from tickets.mail.letter import Letter, Machine, Sealed
from tickets.mail.open import open_mail
from tickets.mail.parse import parse_mail
from tickets.mail.rules import Home, machine_of
from tickets.models import AutomaticMail, AutomaticText, Breaker, Message, Outgoing, Queue, Ticket
from tickets.travel import Way

Kind = AutomaticText.Kind
State = Outgoing.State

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(signing: Queue) -> Ticket:
    """Bob asked, encrypted."""
    return opened(signing, message_id="asked@user.example")


def decided(ticket: Ticket, kind: AutomaticText.Kind = Kind.ACKNOWLEDGEMENT) -> Outgoing:
    with transaction.atomic():
        return decide_upon(ticket, kind, Voice(ticket.queue, ""), now=NOW)


def written(outgoing: Outgoing) -> Outgoing:
    """As it is once its bytes are made. The clock of gpg cannot be moved."""
    assert write_automatic(outgoing.pk, now=timezone.now())
    return Outgoing.objects.select_related("message__ticket__key").get(pk=outgoing.pk)


def outside(outgoing: Outgoing) -> EmailMessage:
    read = email.message_from_bytes(outgoing.rendered, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def read_by_bob(outgoing: Outgoing, home: Path) -> Letter:
    desk = known("desk", DESK, "desk@desk.example")
    return parse_mail(open_mail(Sealed(outgoing.rendered), SecretKeyring(home), lambda address: (desk,)))


@pytest.mark.parametrize("has_key", [True, False])
def test_machines_understand_that_nobody_wrote_it(ticket: Ticket, *, has_key: bool) -> None:
    if has_key:
        know_key()
    head = outside(written(decided(ticket)))
    assert head["Auto-Submitted"] == "auto-replied"
    assert head["X-Auto-Response-Suppress"] == "All"
    assert head["Precedence"] == "bulk"
    assert head["Reply-To"] is None
    assert head["In-Reply-To"] == "<asked@user.example>"
    assert head["To"] == "bob@user.example"


def test_our_own_rules_know_it_for_a_machines(ticket: Ticket, bob_home: Path) -> None:
    letter = read_by_bob(written(decided(ticket)), bob_home)
    assert machine_of(letter, Home(frozenset({"elsewhere.example"}))) is not None
    assert machine_of(letter, Home(frozenset({"desk.example"}))) is Machine.LOOP


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("has_key", [True, False])
def test_it_says_nothing_of_the_ticket(
    ticket: Ticket, kind: AutomaticText.Kind, alice: User, bob_home: Path, *, has_key: bool
) -> None:
    if kind != Kind.ACKNOWLEDGEMENT:
        answer_ticket(ticket, "Marmalade.", by=alice, now=NOW, shown=Shown(Way.WAITS))
        Message.objects.filter(kind="automatic").delete()
    if has_key:
        know_key()
    outgoing = written(decided(ticket, kind))
    letter = read_by_bob(outgoing, bob_home)
    assert (letter.encryption, letter.signature.state) == ("ok" if has_key else "none", "valid")
    assert bool(outgoing.fingerprint) is has_key
    everything = f"{letter}{outside(outgoing).as_string()}"
    for secret in ("Black", "screen", "start", "Marmalade", "Bird", ticket.number, str(ticket.pk)):
        assert secret not in everything
    assert letter.subject == outgoing.said.subject
    assert letter.text.strip() == outgoing.said.text.replace("\r\n", "\n").strip()


def test_words_that_are_changed_later_do_not_change_it(ticket: Ticket, bob_home: Path) -> None:
    outgoing = decided(ticket)
    AutomaticText.objects.create(
        queue=ticket.queue, kind=Kind.ACKNOWLEDGEMENT, language="", text="Other.", changed=NOW
    )
    assert "Other." not in read_by_bob(written(outgoing), bob_home).text


def test_a_key_in_doubt_is_not_used(ticket: Ticket) -> None:
    know_key("bob")
    know_key("carol")
    assert written(decided(ticket)).fingerprint == ""


def test_a_key_that_cannot_be_encrypted_to_costs_nothing(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> bytes:
        raise UnusableKeyError("no")

    know_key()
    monkeypatch.setattr(automatic, "render_encrypted", fail)
    assert written(decided(ticket)).fingerprint == ""


def test_trouble_with_gpg_puts_it_off(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> bytes:
        raise GnupgError("no")

    outgoing = decided(ticket)
    with monkeypatch.context() as patch:
        patch.setattr(automatic, "render_clear", fail)
        assert not write_automatic(outgoing.pk, now=NOW)
    assert not write_automatic(outgoing.pk, now=NOW + automatic.LATER - timedelta(seconds=1))
    assert write_automatic(outgoing.pk, now=NOW + automatic.LATER)


def test_it_is_made_and_sent_once(ticket: Ticket, told: list[tuple[str, str]]) -> None:
    outgoing = decided(ticket)
    assert [write_automatic(outgoing.pk, now=NOW) for _ in range(2)] == [True, False]
    assert Outgoing.objects.get().state == State.APPROVED


def test_what_another_made_meanwhile_is_left_alone(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    outgoing = decided(ticket)
    render = automatic._render

    def slowly(*arguments: object) -> object:
        monkeypatch.undo()
        assert write_automatic(outgoing.pk, now=NOW)
        Outgoing.objects.update(state=State.SENT)
        return render(*arguments)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(automatic, "_render", slowly)
    assert not write_automatic(outgoing.pk, now=NOW)
    assert Outgoing.objects.get().state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_of_four_that_make_it_at_once_one_sends_it(ticket: Ticket) -> None:
    outgoing = decided(ticket)
    made = at_once([lambda: write_automatic(outgoing.pk, now=NOW) or 1 / 0] * 4)
    assert sorted(made) == [0, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_it_to_the_sweep(
    ticket: Ticket, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = decided(ticket)

    def die(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(automatic, "_approve", die)
        assert in_child(lambda: write_automatic(outgoing.pk, now=NOW)) == -9
    told.clear()
    tasks.sweep()
    assert told == [("write_automatic", str(outgoing.pk))]
    tasks.write_automatic(str(outgoing.pk))
    assert Outgoing.objects.get().state == State.APPROVED


def test_what_is_gone_is_no_trouble() -> None:
    assert not write_automatic(uuid.uuid4(), now=NOW)


class TestANoticeWaitsForTheBreaker:
    """Somebody's answer is here: they are told later, not never."""

    @pytest.fixture
    def notice(self, ticket: Ticket, alice: User) -> Outgoing:
        answer_ticket(ticket, "Wait.", by=alice, now=NOW, shown=Shown(Way.WAITS))
        return Outgoing.objects.get(kind=Outgoing.Kind.NOTICE)

    def test_until_it_lets_mail_through(self, notice: Outgoing, settings: LazySettings) -> None:
        settings.AUTOMATIC_MAIL_PER_HOUR = 0
        assert not write_automatic(notice.pk, now=NOW)
        notice.refresh_from_db()
        assert notice.not_before == NOW + timedelta(hours=1)
        settings.AUTOMATIC_MAIL_PER_HOUR = 60
        assert write_automatic(notice.pk, now=NOW + timedelta(hours=1))
        assert AutomaticMail.objects.count() == 1

    def test_what_was_acknowledged_today_is_no_reason(self, notice: Outgoing, ticket: Ticket) -> None:
        Breaker.objects.all().delete()
        with transaction.atomic():
            assert breaker.claim_reply(ticket.requester_address, now=NOW)
        assert write_automatic(notice.pk, now=NOW)

    def test_when_the_answer_has_gone_there_is_nothing_to_say(self, notice: Outgoing) -> None:
        Message.objects.filter(kind=Message.Kind.OUTBOUND).delete()
        assert not write_automatic(notice.pk, now=NOW)
        assert not Message.objects.filter(kind=Message.Kind.AUTOMATIC).exists()
        assert not AutomaticMail.objects.exists()


def test_an_automatic_mail_that_failed_is_nobodys_work(ticket: Ticket, alice: User) -> None:
    outgoing = written(decided(ticket))
    Outgoing.objects.update(state=State.FAILED)
    with pytest.raises(NotPossibleNow):
        send_again(outgoing, by=alice, now=NOW)
    assert not Outgoing.objects.stuck().exists()


def test_an_encrypted_one_is_encrypted_to_the_key_in_use(ticket: Ticket) -> None:
    know_key()
    assert written(decided(ticket)).fingerprint == BOB
