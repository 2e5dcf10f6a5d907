"""Headers of strangers in what we send: whatever they hold, our mail has the headers that it was to have."""

from __future__ import annotations

import email
from datetime import timedelta
from email.policy import compat32

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crypto.errors import GnupgError
from helpdesk.models import User
from tests.mail.letters import keep
from tests.tickets.cases import NOW, know_key, opened
from tickets import tasks
from tickets.actions import answer as answering
from tickets.actions.answer import Shown, answer_ticket, release_waiting
from tickets.actions.automatic import deciding
from tickets.actions.automatic.deciding import ATTEMPTS, Voice, decide_upon, write_automatic
from tickets.actions.errors import CannotBeAnswered
from tickets.mail import line
from tickets.mail.answer import Reply, _message, _subject
from tickets.mail.reading.words import decoded
from tickets.models import AutomaticText, Outgoing, Queue, Ticket
from tickets.travel import Way, travel_of

BOUNDED = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
HOSTILE = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["=?", "?=", "utf-8?q?", "=0a", "Bcc: x@y", "<", ">", "@", ",", '"', "\r\n ", "\0", " ", "a", "ü"]
    )
).map("".join)
WANTED = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "content-type",
    "content-transfer-encoding",
    "mime-version",
}


def reply(
    recipient: str = "bob@user.example", subject: str = "Hi", asked: str = "", name: str = "Desk"
) -> Reply:
    return Reply(
        name, "desk@desk.example", recipient, subject, "Hello.", "", "<wd.1@desk.example>", asked, NOW
    )


@BOUNDED
@given(name=HOSTILE, subject=HOSTILE, asked=HOSTILE)
@example(name="=?utf-8?q?=0aa?=", subject="=?utf-8?q?=0aBcc=3a_x=40y?=", asked="<=?utf-8?q?=0aBcc=3a_x?=@x>")
def test_whatever_strangers_say_the_headers_are_those_that_were_wanted(
    name: str, subject: str, asked: str
) -> None:
    said = reply(name=name, subject=subject, asked=asked)
    message = _message(said, subject=_subject(said))
    raw = message.as_bytes().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    seen = email.message_from_bytes(raw, policy=compat32)
    assert {each.lower() for each in seen} - {"in-reply-to", "references"} == WANTED
    assert [each.addr_spec for each in message["To"].addresses] == ["bob@user.example"]
    assert seen["To"] == "bob@user.example"
    assert seen.get("In-Reply-To", f"<{asked.strip('<> ')}>") == f"<{asked.strip('<> ')}>"


@BOUNDED
@given(address=HOSTILE.map(lambda text: f"{text}@x.example") | HOSTILE.map(lambda text: f"a@{text}"))
@example(address="a@=?utf-8?q?x=2Cevil=40y?=")
@example(address="=?utf-8?q?=0aa?=@x.example")
def test_a_mail_goes_to_exactly_the_address_it_is_for_or_is_not_made(address: str) -> None:
    try:
        message = _message(reply(recipient=address), subject="Hi")
    except ValueError:
        return
    raw = email.message_from_bytes(message.as_bytes(), policy=compat32)
    assert raw["To"].replace("\r\n ", "") == address
    assert [each.addr_spec for each in message["To"].addresses] == [address]


def test_a_long_message_id_is_repeated_as_it_is() -> None:
    asked = f"{'a' * 100}@{'b' * 100}.example"
    assert f"In-Reply-To: <{asked}>\r\n".encode() in _message(
        reply(asked=asked), subject="Hi"
    ).as_bytes().replace(b"\r\n <", b" <")


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?=3D=3Futf-8=3Fq=3F=0a=3F=3D?=", "=?utf-8?b?PT91dGYtOD9xPz0wYUJjYz0zYV94PTQweT89?="]
)
@pytest.mark.django_db
def test_an_encoded_word_in_an_encoded_word_is_text(signing: Queue, alice: User, subject: str) -> None:
    ticket = opened(signing, encryption="none")
    ticket.subject = decoded(subject)
    ticket.save()
    answer_ticket(ticket, "Hello.", by=alice, now=NOW, shown=Shown(Way.CLEAR))
    assert b"\r\nBcc" not in bytes(Outgoing.objects.get().rendered)


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?=0aa?=@x.example", "a@=?utf-8?q?x=2Cevil=40y?=", '"a b"@x.example', "ü@x.example"]
)
@pytest.mark.django_db
@pytest.mark.usefixtures("keyring")
def test_who_gives_no_plain_address_has_none_and_is_shown_as_said(queue: Queue, address: str) -> None:
    incoming = keep(f"From: <{address}>\r\nTo: desk@desk.example\r\nSubject: Hi\r\n\r\nHello.\r\n".encode())
    line.process(incoming.pk)
    ticket = Ticket.objects.select_related("key", "queue").get()
    assert (ticket.requester_address, ticket.requester_name.lower()) == ("", address.lower())
    ticket.requester_address = address  # As rows from before have it.
    assert travel_of(ticket, now=NOW).way is Way.NO_ADDRESS


def unmade(*arguments: object, **options: object) -> bytes:
    raise ValueError("no")


@pytest.mark.django_db
class TestWhatCannotBeMade:
    """No mail is better than another one; and one that cannot be made stops no other."""

    @pytest.mark.parametrize(("way", "encryption"), [(Way.CLEAR, "none"), (Way.ENCRYPTED, "ok")])
    def test_an_answer_says_so(
        self, signing: Queue, alice: User, monkeypatch: pytest.MonkeyPatch, way: Way, encryption: str
    ) -> None:
        ticket = opened(signing, encryption=encryption)
        if way is Way.ENCRYPTED:
            know_key()
        for name in ("render_clear", "render_encrypted"):
            monkeypatch.setattr(answering, name, unmade)
        with pytest.raises(CannotBeAnswered):
            answer_ticket(ticket, "Hello.", by=alice, now=NOW, shown=Shown(way))

    def test_an_automatic_mail_is_put_off_further_each_time_and_given_up(
        self, signing: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = decide_upon(opened(signing), AutomaticText.Kind.ACKNOWLEDGEMENT, Voice(signing, ""), now=NOW)
        monkeypatch.setattr(deciding, "render_clear", unmade)
        now = NOW
        for number in range(ATTEMPTS):
            assert not write_automatic(row.pk, now=now)
            row.refresh_from_db()
            assert (row.state, row.attempts, row.not_before) == (
                "waiting",
                number + 1,
                now + deciding.LATER * 2**number,
            )
            now = row.not_before or now
        assert not write_automatic(row.pk, now=now)
        row.refresh_from_db()
        assert (row.state, row.not_before, row.said.ticket.messages.count()) == ("failed", None, 2)

    def test_our_own_trouble_puts_off_what_waited_for_a_key(
        self, signing: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ticket = opened(signing)
        know_key()
        row = Outgoing(message=ticket.messages.get(), state="waiting", approved=NOW, not_before=NOW)
        row.save()

        def fail(*arguments: object, **options: object) -> bytes:
            raise GnupgError("no")

        monkeypatch.setattr(answering, "render_encrypted", fail)
        assert release_waiting(ticket, now=NOW) == 0
        row.refresh_from_db()
        assert (row.state, row.not_before) == ("waiting", NOW + answering.LATER)

    def test_a_hundred_hopeless_ones_do_not_starve_the_rest(
        self, signing: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "SWEEP_AT_ONCE", 2)
        kind, voice = AutomaticText.Kind.ACKNOWLEDGEMENT, Voice(signing, "")
        rows = [
            decide_upon(opened(signing), kind, voice, now=NOW + timedelta(seconds=each)) for each in range(3)
        ]
        monkeypatch.setattr(deciding, "render_clear", unmade)
        told: list[object] = []
        monkeypatch.setattr(tasks, "enqueue", lambda task, row: told.append(row))
        now = NOW + timedelta(minutes=1)
        with time_machine.travel(now, tick=False):
            tasks.sweep()
        for row in told[:]:
            write_automatic(row, now=now)  # type: ignore[arg-type]  # the ids that the sweep told of
        with time_machine.travel(now, tick=False):
            tasks.sweep()
        assert rows[2].pk in told
