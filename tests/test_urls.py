"""Who may go where: every address is declared here, and an address without a rule fails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from helpdesk.models import User
from tests.desk.mailroom.rows import new_breaker
from tests.desk.rows import (
    browser_of,
    foreign_ticket,
    new_attachment,
    new_mail,
    new_message,
    new_outgoing,
    new_ticket,
)
from tickets.models import Queue, Ticket

PUBLIC = {
    "account_login": "how one becomes somebody",
    "account_inactive": "says only that an account is closed",
    "wkd": "the desk's own public key, for everybody who wants to write to it",
    "wkd_of": "the same, where the host has a name for keys alone",
    "wkd_policy": "says that there are such keys, and nothing else",
    "wkd_policy_of": "the same, where the host has a name for keys alone",
}
# What everybody who is signed in may open: it shows their own things only, see tests/desk.
OWN = {
    "front",
    "tickets",
    "mails",
    "preferences",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
}
# Pages and files of one object, by what the address names.
READS = {
    "ticket": "ticket_id",
    "keys": "ticket_id",
    "original": "message_id",
    "in_full": "message_id",
    "section": "message_id",
    "section_download": "message_id",
    "attachment": "attachment_id",
}
# Actions on one object; they answer 405 to GET.
ACTIONS = {
    "answer": "ticket_id",
    "draft": "ticket_id",
    "note": "ticket_id",
    "assign": "ticket_id",
    "move": "ticket_id",
    "close": "ticket_id",
    "reopen": "ticket_id",
    "confirm_key": "ticket_id",
    "look_up": "ticket_id",
    "open_part": "message_id",
    "part_file": "message_id",
    "add_key": "ticket_id",
    "retire_key": "ticket_id",
    "ask_release": "message_id",
    "withdraw_release": "message_id",
    "agree_to_release": "message_id",
    "answer_again": "outgoing_id",
    "answer_back": "outgoing_id",
    "try_again": "incoming_id",
    "set_aside": "incoming_id",
}
# The mail room: for coordinators only, whatever their queues; see tests/desk/mailroom.
OF_COORDINATORS = {
    "mail_room": "",
    "mail_room_quarantine": "",
    "mail_room_aside": "",
    "mail_room_outbox": "",
    "try_shown_again": "",
    "look_at_mailboxes": "",
    "send_out_again": "outgoing_id",
    "download_mail": "incoming_id",
    "close_breaker": "breaker_id",
}
ROOM_ACTIONS = {"try_shown_again", "look_at_mailboxes", "send_out_again", "close_breaker"}
OF_OBJECTS = {**READS, **ACTIONS}
# What a queue says by itself: for those of its members who are coordinators; see tests/desk/queues/test_texts.py.
OF_QUEUES = {"queue_texts", "queue_text", "queue_policy", "preview_text", "keep_text", "drop_text"}
OF_MAIL = {"try_again", "set_aside"}


def _patterns(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


NAMES = sorted(str(pattern.name) for pattern in _patterns(get_resolver().url_patterns))


def _address(name: str, identity: uuid.UUID | int) -> str:
    arguments: dict[str, object] = {}
    if name in OF_OBJECTS:
        arguments[OF_OBJECTS[name]] = identity
    if OF_COORDINATORS.get(name):
        arguments[OF_COORDINATORS[name]] = identity
    if name.startswith(("section", "open_part", "part_file")):
        arguments["number"] = 0
    if name == "part_file":
        arguments["place"] = 0
    if name in OF_QUEUES:
        arguments["slug"] = "english"
    if name.endswith("_text"):
        arguments |= {"kind": "notice", "language": "fr"}
    return reverse(name, kwargs=arguments)


def _object(ticket: Ticket, kind: str) -> uuid.UUID:
    """One object of each kind that hangs on a ticket."""
    if kind == "ticket_id":
        return ticket.pk
    if kind == "outgoing_id":
        return new_outgoing(ticket, state="failed").pk
    report = {"questions": [], "sections": [["/proc/cmdline", 0, 4]]}
    blob = ticket.key.write_blob(b"as it came")
    message = new_message(ticket, full_text="quiet", report=report, raw_blob=blob)
    if kind == "message_id":
        return message.pk
    return new_attachment(message, "a.txt", "text/plain", b"a").pk


def _in_the_room(queue: Queue, kind: str) -> uuid.UUID | int:
    """One object of each kind that only the mail room shows, or has a button for."""
    if kind == "outgoing_id":
        return new_outgoing(new_ticket(queue), state="failed").pk
    if kind == "breaker_id":
        return new_breaker("").pk
    return new_mail("quarantined", "refused").pk


def _nothing(name: str) -> uuid.UUID | int:
    """What names no object, in the form that the address wants."""
    return 1 if OF_COORDINATORS.get(name) == "breaker_id" else uuid.uuid4()


def _ask(client: Client, name: str, identity: uuid.UUID | int) -> int:
    address = _address(name, identity)
    answer = client.post(address) if name in {*ACTIONS, *ROOM_ACTIONS} else client.get(address)
    return int(answer.status_code)


def test_every_address_has_a_rule() -> None:
    declared = sorted([*PUBLIC, *OWN, *OF_OBJECTS, *OF_COORDINATORS, *OF_QUEUES])
    assert declared == NAMES


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name not in PUBLIC])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_sent_to_sign_in(client: Client, name: str, method: str) -> None:
    answer = getattr(client, method)(_address(name, _nothing(name)))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(set(OF_OBJECTS) - OF_MAIL))
@pytest.mark.parametrize("person", ["alice", "bob", "charlie"])
def test_somebody_elses_object_is_not_there(
    name: str, person: str, request: pytest.FixtureRequest, alice: User
) -> None:
    client = browser_of(request.getfixturevalue(person))
    assert _ask(client, name, _object(foreign_ticket(), OF_OBJECTS[name])) == 404


@pytest.mark.parametrize("name", sorted(set(OF_OBJECTS) - OF_MAIL))
@pytest.mark.parametrize("person", ["alice", "bob"])
def test_an_object_of_ones_own_queue_is_there(
    name: str, person: str, request: pytest.FixtureRequest, queue: Queue
) -> None:
    client = browser_of(request.getfixturevalue(person))
    assert _ask(client, name, _object(new_ticket(queue), OF_OBJECTS[name])) in {200, 302, 422}


@pytest.mark.parametrize("name", sorted(set(OF_OBJECTS) - OF_MAIL))
def test_being_superuser_opens_nothing(name: str, charlie: User) -> None:
    charlie.is_superuser = charlie.is_staff = True
    charlie.save()
    assert _ask(browser_of(charlie), name, _object(foreign_ticket(), OF_OBJECTS[name])) == 404


@pytest.mark.parametrize("name", sorted(OF_MAIL))
@pytest.mark.parametrize(("person", "status"), [("alice", 302), ("bob", 302), ("charlie", 404)])
def test_unfiled_mail_is_for_members_of_some_queue(
    person: str, status: int, name: str, request: pytest.FixtureRequest, queue: Queue
) -> None:
    client = browser_of(request.getfixturevalue(person))
    assert _ask(client, name, new_mail("quarantined", "refused").pk) == status


@pytest.mark.parametrize("name", sorted(OF_COORDINATORS))
@pytest.mark.parametrize("person", ["alice", "bob", "charlie"])
def test_the_mail_room_is_not_there_for_agents(
    name: str, person: str, request: pytest.FixtureRequest, queue: Queue
) -> None:
    somebody = request.getfixturevalue(person)
    somebody.is_superuser = somebody.is_staff = True
    somebody.save()
    assert _ask(browser_of(somebody), name, _in_the_room(queue, OF_COORDINATORS[name])) == 404


@pytest.mark.parametrize("name", sorted(OF_COORDINATORS))
def test_the_mail_room_is_there_for_coordinators(name: str, alice: User, queue: Queue) -> None:
    alice.is_coordinator = True
    alice.save()
    status = 302 if name in ROOM_ACTIONS else 200
    assert _ask(browser_of(alice), name, _in_the_room(queue, OF_COORDINATORS[name])) == status


def test_a_coordinator_sends_nothing_of_another_queue(alice: User, queue: Queue) -> None:
    alice.is_coordinator = True
    alice.save()
    outgoing = new_outgoing(foreign_ticket(), state="failed")
    assert _ask(browser_of(alice), "send_out_again", outgoing.pk) == 404
    outgoing.refresh_from_db()
    assert outgoing.state == "failed"


@pytest.mark.parametrize("name", sorted([*ROOM_ACTIONS, *ACTIONS]))
def test_an_action_does_not_answer_to_get(name: str, desk: Client) -> None:
    assert desk.get(_address(name, _nothing(name))).status_code == 405


@pytest.mark.parametrize("name", sorted([*OF_OBJECTS, *filter(OF_COORDINATORS.get, OF_COORDINATORS)]))
def test_what_does_not_exist_is_the_same_404(name: str, alice: User, queue: Queue) -> None:
    alice.is_coordinator = True
    alice.save()
    assert _ask(browser_of(alice), name, _nothing(name)) == 404


def test_an_object_that_is_being_forgotten_is_not_there(desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, state="forgetting")
    assert _ask(desk, "ticket", ticket.pk) == 404
