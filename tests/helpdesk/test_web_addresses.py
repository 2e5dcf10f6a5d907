"""Which addresses may be asked: only public hosts, under one reading, so that nobody can aim the desk at itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from requests import PreparedRequest, Request

from helpdesk.lib import web
from helpdesk.lib.hosts import RefusedAddressError, ascii_host
from helpdesk.lib.web import fetch
from tests.lookups import PROVIDER, Net, network

pytestmark = pytest.mark.enable_socket  # To this machine, through a proxy.


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with network(tmp_path) as net:
        yield net


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://user.example/",
            "ftp://user.example/",
            "file:///etc/passwd",
            "//user.example/",
            "user.example",
        ),
        *("https://localhost/", "https://LOCALHOST/", "https://desk.localhost/", "https://printer/"),
        *("https://printer.local/", "https://router.lan/", "https://x.home.arpa/", "https://db.internal/"),
        *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0x0.0x0.0x1/"),
        *("https://0177.0.0.01/", "https://[::1]/", "https://[fe80::1%25eth0]/", "https://10.0.0.1./"),
        *("https://169.254.169.254/latest/", "https://192.168.0.1/", "https://١٢٧.٠.٠.١/"),
        *("https://user.example:8443/", "https://user.example:/", "https://user.example:x/"),
        *("https://user:secret@user.example/", "https://@user.example/", "https://user.example#x/"),
        *("https://user.example\\@127.0.0.1/", "https://user.example%2f@127.0.0.1/", "https:///key"),
        *(
            "https://user_name.example/",
            "https://-user.example/",
            "https://user..example/",
            "https://user.example./",
        ),
        *(
            "https://bücher.example/",
            "https://user.example\t/",
            "https://us\ner.example/",
            "https://user.example\0/",
        ),
        "https://" + "a." * 130 + "example/",
        "https://" + "a" * 64 + ".example/",
    ],
)
def test_what_is_no_public_address_is_not_asked(net: Net, url: str) -> None:
    with pytest.raises(RefusedAddressError):
        fetch(url, proxy=net.proxy)
    assert (net.socks.connections, net.https.asked) == (0, [])


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("User.Example", "user.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("mail。example", "mail.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("abcdefghijklmnop.onion", "abcdefghijklmnop.onion"),
    ],
)
def test_an_international_name_is_encoded(name: str, host: str) -> None:
    assert ascii_host(name) == host


def test_an_encoded_name_is_asked(net: Net) -> None:
    assert fetch("https://xn--bcher-kva.example/", proxy=net.proxy).status == 404
    assert net.socks.asked == [("xn--bcher-kva.example", 443)]


@pytest.mark.parametrize("read_as", ["https://127.0.0.1/", None])
def test_an_address_that_is_read_in_two_ways_is_not_asked(
    net: Net, monkeypatch: pytest.MonkeyPatch, read_as: str | None
) -> None:
    class Other(Request):
        def prepare(self) -> PreparedRequest:
            if read_as is None:
                raise ValueError
            prepared = super().prepare()
            prepared.url = read_as
            return prepared

    monkeypatch.setattr(web, "Request", Other)
    with pytest.raises(RefusedAddressError):
        fetch(f"https://{PROVIDER}/", proxy=net.proxy)
    assert net.socks.connections == 0
