"""The one door for outgoing HTTP, against a real HTTPS server behind a real SOCKS proxy."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.lib import web
from helpdesk.lib.hosts import RefusedAddressError
from helpdesk.lib.web import Answer, NotReachedError, Proxy, fetch
from tests.lookups import PROVIDER, SOMEBODY_ELSE, Net, network
from tests.servers.https import Say

pytestmark = pytest.mark.enable_socket  # To this machine, through the proxy below.
URL = f"https://{PROVIDER}/key?l=kim"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with network(tmp_path) as net:
        yield net


def drip(*begin: bytes) -> Callable[[str, str, Say], None]:
    """A byte now and then, for longer than anybody should wait."""

    def answer(host: str, path: str, say: Say) -> None:
        for piece in begin:
            say.raw(piece)
        for _ in range(600):
            say.raw(b"x")
            time.sleep(0.05)

    return answer


def test_an_answer_comes_through_the_proxy_which_looks_the_name_up(net: Net) -> None:
    net.https.answer = lambda host, path, say: say.whole(b"found", Content_Type="text/html")
    assert fetch(URL, proxy=net.proxy) == Answer(200, b"found")
    assert net.socks.asked == [(PROVIDER, 443)]
    assert net.https.asked == [(PROVIDER, "/key?l=kim")]


def test_it_says_nothing_of_who_asks(net: Net) -> None:
    fetch(URL, proxy=net.proxy)
    assert set(net.https.headers[0]) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert net.https.headers[0]["User-Agent"] == "Whisperdesk"


def test_each_question_has_a_circuit_of_its_own(net: Net) -> None:
    for _ in range(2):
        fetch(URL, proxy=net.proxy)
    assert len(set(net.socks.users)) == 2


def test_the_name_that_an_admin_gave_for_the_proxy_is_kept(net: Net) -> None:
    fetch(URL, proxy=Proxy(net.socks.url.replace("//", "//desk:secret@"), net.proxy.authorities))
    assert net.socks.users == ["desk"]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1", "socks5://127.0.0.1:1", "socks4a://127.0.0.1:1"])
def test_without_a_proxy_that_hides_us_no_connection_is_made(net: Net, url: str) -> None:
    with pytest.raises(RefusedAddressError):
        fetch(URL, proxy=Proxy(url, net.proxy.authorities))
    assert (net.socks.connections, net.https.asked) == (0, [])


def test_the_environment_has_no_say(net: Net, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    (tmp_path / "netrc").write_text(f"machine {PROVIDER} login desk password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert fetch(URL, proxy=net.proxy).status == 404
    assert net.socks.connections == 1
    assert "Authorization" not in net.https.headers[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(net: Net, status: int) -> None:
    net.https.answer = lambda host, path, say: say.whole(
        b"", status=status, Location="https://keys.example.org/elsewhere"
    )
    assert fetch(URL, proxy=net.proxy).status == status
    assert len(net.https.asked) == 1


def test_what_is_too_long_is_not_read_to_its_end(net: Net) -> None:
    net.https.answer = lambda host, path, say: say.whole(b"x" * 200_000)
    with pytest.raises(NotReachedError, match="too long"):
        fetch(URL, proxy=net.proxy)
    net.https.answer = lambda host, path, say: say.whole(b"x" * 100_000)
    assert len(fetch(URL, proxy=net.proxy).content) == 100_000


def test_what_never_ends_is_not_read_either(net: Net) -> None:
    def answer(host: str, path: str, say: Say) -> None:
        say.raw(b"HTTP/1.1 302 Found\r\nLocation: https://user.example/\r\n\r\n")
        for _ in itertools.repeat(None):
            say.raw(b"x" * 65_536)

    net.https.answer = answer
    with pytest.raises(NotReachedError, match="too long"):
        fetch(URL, proxy=net.proxy)


@pytest.mark.parametrize(
    "begin",
    [
        (),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ",),
        (HEAD,),
        (b"HTTP/1.1 200 OK\r\n\r\n",),
    ],
    ids=["status", "header", "body", "body of no length"],
)
def test_a_slow_drip_ends(net: Net, begin: tuple[bytes, ...]) -> None:
    net.https.answer = drip(*begin)
    begun = time.monotonic()
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=net.proxy, seconds=0.4)
    assert time.monotonic() - begun < 2


def test_a_server_that_says_nothing_ends(net: Net) -> None:
    net.https.answer = lambda host, path, say: time.sleep(3)
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=net.proxy, seconds=0.3)


def test_half_an_answer_is_none(net: Net) -> None:
    net.https.answer = lambda host, path, say: say.raw(HEAD + b"half")
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=net.proxy)


def test_what_is_packed_stays_packed(net: Net) -> None:
    packed = gzip.compress(bytes(50_000_000))
    net.https.answer = lambda host, path, say: say.whole(packed, Content_Encoding="gzip")
    assert fetch(URL, proxy=net.proxy).content == packed


def test_a_certificate_for_another_host_is_refused(net: Net) -> None:
    with pytest.raises(NotReachedError):
        fetch(f"https://{SOMEBODY_ELSE}/key", proxy=net.proxy)
    assert net.socks.asked == [(SOMEBODY_ELSE, 443)]
    assert net.https.asked == []


def test_an_authority_that_nobody_named_is_refused(net: Net) -> None:
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=Proxy(net.socks.url))
    assert net.https.asked == []


def test_a_host_that_the_proxy_cannot_reach_is_not_reached(net: Net) -> None:
    with pytest.raises(NotReachedError):
        fetch("https://nowhere.example/key", proxy=net.proxy)


def test_a_proxy_that_is_not_there_is_not_gone_round(net: Net) -> None:
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=Proxy("socks5h://127.0.0.1:1", net.proxy.authorities))
    assert net.https.asked == []


def test_an_authority_file_that_is_gone_is_no_reason_to_trust(net: Net) -> None:
    with pytest.raises(NotReachedError):
        fetch(URL, proxy=Proxy(net.socks.url, "/nowhere.pem"))
    assert net.socks.connections == 0


def test_a_connection_that_came_too_late_is_ended_at_once() -> None:
    """The proxy may have taken all of the time."""
    ours, theirs = socket.socketpair()
    with ours, theirs, web._Clock(60) as clock:
        clock._end()
        clock.watch(ours)
        assert theirs.recv(1) == b""
