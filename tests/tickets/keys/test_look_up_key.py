"""Looking a requester's key up: by an agent's click, proposed and never used, and without a proxy not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crypto.errors import GnupgError
from crypto.models import PublicKey
from helpdesk.models import User
from tests.desk.rows import new_ticket
from tests.keyrings import BOB, certificate
from tests.lookups import KEYS_HOST, KEYSERVER, Net, network
from tests.servers.https import Say
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.keys import look_up_key as action
from tickets.actions.keys.look_up_key import Asked, Outcome, Place, look_up_key
from tickets.desk.keys.look_up import sentence_of
from tickets.models import Event, Queue, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]  # To this machine, through a proxy.
REQUESTER = "bob@user.example"


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    return new_ticket(queue, requester_address=REQUESTER)


@pytest.fixture
def net(tmp_path: Path, settings: LazySettings) -> Iterator[Net]:
    """The mail provider has Bob's key."""
    with network(tmp_path) as net:
        settings.LOOKUP_PROXY, settings.LOOKUP_CA_FILE = net.proxy.url, net.proxy.authorities
        settings.KEYSERVER = f"https://{KEYSERVER}"
        net.https.answer = _bob
        yield net


def _bob(host: str, path: str, say: Say) -> None:
    say.whole(certificate("bob") if host == KEYS_HOST else b"", status=200 if host == KEYS_HOST else 404)


def kinds(ticket: Ticket) -> list[tuple[str, str | None]]:
    return [
        (event.kind, event.by.username if event.by else None) for event in Event.objects.filter(ticket=ticket)
    ]


def click(desk: Client, ticket: Ticket) -> str:
    """What is said after the press of the button."""
    answer = desk.post(reverse("look_up", args=[ticket.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("keys", args=[ticket.pk]))
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_what_is_found_waits_to_be_compared(net: Net, desk: Client, ticket: Ticket) -> None:
    assert click(desk, ticket) == "Their mail provider has a key. Compare it before it is used."
    row = PublicKey.objects.get()
    assert (row.fingerprint, row.state, row.source, row.encrypted) == (BOB, "proposed", "wkd", False)
    assert kinds(ticket) == [("key_looked_up", "alice"), ("key_proposed", None)]
    assert "No key" in desk.get(reverse("ticket", args=[ticket.pk])).content.decode()


def test_asked_twice_it_is_the_same_key(net: Net, desk: Client, ticket: Ticket) -> None:
    click(desk, ticket)
    click(desk, ticket)
    assert PublicKey.objects.count() == 1
    assert [kind for kind, _ in kinds(ticket)] == ["key_looked_up", "key_proposed", "key_looked_up"]


def test_nothing_is_said_to_be_nothing_and_not_reached_to_be_that(
    net: Net, desk: Client, ticket: Ticket
) -> None:
    net.https.answer = lambda host, path, say: say.whole(b"", status=404)
    del net.socks.leads[KEYSERVER]
    assert click(desk, ticket) == "Their mail provider has no key. The key server could not be asked."
    assert not PublicKey.objects.exists()
    assert kinds(ticket) == [("key_looked_up", "alice")]


def test_without_a_proxy_there_is_a_sentence_and_no_button(
    desk: Client, ticket: Ticket, net: Net, settings: LazySettings
) -> None:
    assert "Look for a key" in desk.get(reverse("keys", args=[ticket.pk])).content.decode()
    settings.LOOKUP_PROXY = ""
    page = desk.get(reverse("keys", args=[ticket.pk])).content.decode()
    assert page.count("Look for a key") == 0
    assert "Keys cannot be looked up here" in page
    assert "Nothing was asked" in click(desk, ticket)
    assert (net.socks.connections, net.https.asked, kinds(ticket)) == (0, [], [])


def test_looking_at_a_ticket_asks_nobody(net: Net, desk: Client, ticket: Ticket) -> None:
    for page in ("ticket", "keys"):
        assert desk.get(reverse(page, args=[ticket.pk])).status_code == 200
    assert desk.get(reverse("look_up", args=[ticket.pk])).status_code == 405
    assert net.socks.connections == 0


def test_who_is_not_of_the_queue_asks_nothing(
    net: Net, ticket: Ticket, charlie: User, client: Client
) -> None:
    client.force_login(charlie, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reverse("look_up", args=[ticket.pk])).status_code == 404
    assert net.socks.connections == 0


@pytest.mark.parametrize("given", [{"requester_address": ""}, {"state": "forgetting"}])
def test_a_ticket_of_nobody_is_not_asked_for(
    net: Net, queue: Queue, alice: User, given: dict[str, str]
) -> None:
    ticket = new_ticket(queue, **given)
    with pytest.raises(NotPossibleNow):
        look_up_key(ticket, by=alice, now=timezone.now())
    assert net.socks.connections == 0


def test_a_ticket_that_is_forgotten_meanwhile_keeps_nothing(net: Net, ticket: Ticket, alice: User) -> None:
    """The ticket goes while the network is asked: in this thread, at the end of the asking."""
    from crypto.lookup import look_up as ask

    def slowly(*given: object, **options: object) -> object:
        asked = ask(*given, **options)  # type: ignore[arg-type]  # what the action gives
        Ticket.objects.update(state=Ticket.State.FORGETTING)
        return asked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(action, "look_up", slowly)
        with pytest.raises(NotPossibleNow):
            look_up_key(ticket, by=alice, now=timezone.now())
    assert not PublicKey.objects.exists()


def test_trouble_with_gpg_is_said(
    net: Net, desk: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object, **options: object) -> None:
        raise GnupgError("gpg does not start")

    monkeypatch.setattr("crypto.lookup.read_certificates", fail)
    assert "GnuPG does not work" in click(desk, ticket)
    with pytest.raises(KeyTrouble):
        look_up_key(ticket, by=User.objects.get(username="alice"), now=timezone.now())


def test_a_look_up_never_changes_which_key_is_used(net: Net, desk: Client, ticket: Ticket) -> None:
    click(desk, ticket)
    PublicKey.objects.update(state="in_use")
    net.https.answer = lambda host, path, say: say.whole(b"nothing to see")
    click(desk, ticket)
    assert PublicKey.objects.get().state == "in_use"


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_sentence(place: Place, outcome: Outcome) -> None:
    assert sentence_of((Asked(place, outcome),)).endswith(".")


def test_an_address_that_nobody_publishes_for_has_one_too(net: Net, desk: Client, queue: Queue) -> None:
    ticket = new_ticket(queue, requester_address="kim@localhost")
    assert "nobody was asked" in click(desk, ticket)
    assert net.socks.connections == 0
