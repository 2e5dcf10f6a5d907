"""Looking keys up: who is asked, in which order, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto import lookup
from crypto.correspondents.certificates import Certificate, State
from crypto.correspondents.wkd import local_hash
from crypto.lookup import Network, Outcome, Place, look_up
from tests.keyrings import BOB, GWEN, KEYS, certificate
from tests.lookups import KEYS_HOST, KEYSERVER, PROVIDER, Net, network
from tests.servers.https import Say

pytestmark = pytest.mark.enable_socket  # To this machine, through a proxy.
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "bob@user.example"
HASH = local_hash("bob")
ADVANCED = (KEYS_HOST, f"/.well-known/openpgpkey/user.example/hu/{HASH}?l=bob")
DIRECT = (PROVIDER, f"/.well-known/openpgpkey/hu/{HASH}?l=bob")
BY_EMAIL = (KEYSERVER, "/vks/v1/by-email/bob%40user.example")


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with network(tmp_path) as net:
        yield net


def outcomes(
    net: Net, address: str = ADDRESS, *, keyserver: str = f"https://{KEYSERVER}"
) -> list[tuple[str, str]]:
    """Ask, and give what came of it for each place."""
    asked = look_up(address, network=Network(net.proxy, keyserver), now=NOW)
    return [(each.place.value, each.outcome.value) for each in asked]


def serve(net: Net, *hosts: str, content: bytes, status: int = 200) -> None:
    """These hosts have this; the others have nothing."""

    def answer(host: str, path: str, say: Say) -> None:
        if host in hosts:
            say.whole(content, status=status, Content_Type="text/html; charset=utf-8")
        else:
            say.whole(b"", status=404)

    net.https.answer = answer


def test_who_has_nothing_is_asked_once_and_the_key_server_next(net: Net) -> None:
    assert outcomes(net) == [("wkd", "nothing"), ("keyserver", "nothing")]
    assert net.https.asked == [ADVANCED, BY_EMAIL]


def test_the_provider_is_asked_first_and_nobody_else_learns_of_it(net: Net) -> None:
    serve(net, KEYS_HOST, KEYSERVER, content=certificate("bob"))
    (found,) = look_up(ADDRESS, network=Network(net.proxy, f"https://{KEYSERVER}"), now=NOW)
    assert (found.place, found.outcome) == (Place.WKD, Outcome.FOUND)
    assert [each.fingerprint for each in found.certificates] == [BOB]
    assert net.https.asked == [ADVANCED]


def test_without_a_host_for_keys_the_domain_itself_is_asked(net: Net) -> None:
    del net.socks.leads[KEYS_HOST]
    serve(net, PROVIDER, content=certificate("bob"))
    assert outcomes(net) == [("wkd", "found")]
    assert net.https.asked == [DIRECT]


def test_the_key_server_is_asked_last(net: Net) -> None:
    serve(net, KEYSERVER, content=(KEYS / "bob.public.asc").read_bytes())
    assert outcomes(net) == [("wkd", "nothing"), ("keyserver", "found")]


def test_a_desk_without_a_key_server_asks_none(net: Net) -> None:
    assert outcomes(net, keyserver="") == [("wkd", "nothing")]


def test_who_cannot_be_reached_is_said_to_be_so(net: Net) -> None:
    net.socks.leads.clear()
    assert outcomes(net) == [("wkd", "not_reached"), ("keyserver", "not_reached")]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_has_not_answered(net: Net, status: int) -> None:
    serve(net, KEYS_HOST, content=certificate("bob"), status=status)
    assert outcomes(net)[0] == ("wkd", "not_reached")


@pytest.mark.parametrize("status", [201, 301, 302, 403, 404])
def test_only_a_plain_answer_counts(net: Net, status: int) -> None:
    serve(net, KEYS_HOST, content=certificate("bob"), status=status)
    assert outcomes(net)[0] == ("wkd", "nothing")


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (b"", "nothing"),
        (b"<html>Welcome</html>", "nothing"),
        (certificate("carol"), "nothing"),
        ((KEYS / "bob.secret.asc").read_bytes(), "unusable"),
        (b"\x99\xff\xff" + bytes(40), "unusable"),
    ],
    ids=["empty", "a page", "somebody else's", "secret", "damaged"],
)
def test_what_is_no_key_of_this_address_is_not_taken(net: Net, content: bytes, outcome: str) -> None:
    serve(net, KEYS_HOST, content=content)
    (asked, _) = look_up(ADDRESS, network=Network(net.proxy, f"https://{KEYSERVER}"), now=NOW)
    assert (asked.outcome, asked.certificates) == (outcome, ())


def test_of_a_key_that_cannot_be_used_it_is_remembered_that_it_is_so(net: Net) -> None:
    serve(net, KEYS_HOST, content=certificate("gwen-revoked"))
    asked = look_up("gwen@user.example", network=Network(net.proxy), now=NOW)
    assert [(each.outcome, each.certificates[0].fingerprint) for each in asked] == [(Outcome.UNUSABLE, GWEN)]
    assert asked[0].certificates[0].state is State.REVOKED


def test_of_several_keys_none_is_taken_but_a_revocation_is(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(fingerprint: str, state: State) -> Certificate:
        return Certificate(fingerprint, frozenset({ADDRESS}), None, None, state, "EdDSA", b"x")

    two = (offered("A", State.USABLE), offered("B", State.USABLE), offered("C", State.REVOKED))
    monkeypatch.setattr(lookup, "read_certificates", lambda *given, **options: two)
    serve(net, KEYS_HOST, content=b"keys")
    asked = look_up(ADDRESS, network=Network(net.proxy), now=NOW)
    assert [(each.outcome, [one.fingerprint for one in each.certificates]) for each in asked] == [
        (Outcome.SEVERAL, ["C"])
    ]


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "bob",
            "@user.example",
            "bob@",
            "bob@localhost",
            "bob@127.0.0.1",
            "bob@[127.0.0.1]",
            "bob@2130706433",
        ),
        *(
            "bob@user.example:8443",
            "bob@user.example/..",
            "bob@user.example#x",
            "bob@mail.local",
            "bob@printer",
        ),
        *(
            "bo\nb@user.example",
            "b\0b@user.example",
            f"{'b' * 65}@user.example",
            "bob@user example",
            "bob@a@",
        ),
    ],
)
def test_for_an_address_that_is_no_public_one_nobody_is_asked(net: Net, address: str) -> None:
    assert outcomes(net, address) == []
    assert net.socks.connections == 0


def test_only_the_last_part_is_the_domain(net: Net) -> None:
    outcomes(net, "bob@evil.example@user.example")
    assert {host for host, _ in net.https.asked} == {KEYS_HOST, KEYSERVER}


def test_when_the_time_is_over_nobody_more_is_asked(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "ALL_SECONDS", 0.0)
    assert outcomes(net) == [("wkd", "not_reached"), ("keyserver", "not_reached")]
    assert net.socks.connections == 0
