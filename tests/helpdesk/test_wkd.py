"""The desk's own keys where mail programs look for them, and what our own look-up makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from crypto.correspondents.certificates import read_certificates
from crypto.correspondents.wkd import advanced_url, direct_url, local_hash
from crypto.gnupg import run
from crypto.lookup import Network, Outcome, look_up
from crypto.openpgp import SecretKeyring
from crypto.own_keys.rows import plan_rotation, rotate_key
from crypto.structure.packets import PUBLIC_SUBKEY, USER_ID, walk
from tests.crypto.own import changeable_home
from tests.keyrings import BOB, DESK
from tests.lookups import network
from tests.servers.https import Say
from tickets.models import Queue
from tickets.own_keys import published

pytestmark = pytest.mark.django_db
DOMAIN = "desk.example"
HASH = local_hash("desk")
ADVANCED = f"/.well-known/openpgpkey/{DOMAIN}/hu/{HASH}"
DIRECT = f"/.well-known/openpgpkey/hu/{HASH}"


@pytest.fixture
def home(queue: Queue, settings: LazySettings) -> Iterator[Path]:
    """The desk's key, which also names another address."""
    settings.ALLOWED_HOSTS = [DOMAIN, f"openpgpkey.{DOMAIN}", "testserver"]
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        quick = ["--passphrase", "", "--quick-add-uid", DESK, "Private <private@desk.example>"]
        assert run(quick, home=home).returncode == 0
        yield home


def get(path: str, host: str = DOMAIN) -> bytes | int:
    """What is served, or the code of the refusal; the browser is nobody's."""
    answer = Client().get(path, headers={"host": host})
    return answer.content if answer.status_code == 200 else int(answer.status_code)


def test_a_key_is_served_at_both_places_with_this_address_alone(home: Path) -> None:
    for path, host in (
        (ADVANCED, f"openpgpkey.{DOMAIN}"),
        (DIRECT, DOMAIN),
        (f"{DIRECT}?l=desk", f"{DOMAIN}:443"),
    ):
        served = get(path, host)
        assert isinstance(served, bytes)
        (found,) = read_certificates(served, now=timezone.now())
        assert found.fingerprint == DESK
        assert [packet.body for packet in walk(served) if packet.tag == USER_ID] == [
            b"Desk <desk@desk.example>"
        ]


def test_it_is_cached_and_open_to_all(home: Path) -> None:
    answer = Client().get(ADVANCED, headers={"host": DOMAIN})
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not answer.cookies


def test_there_is_a_policy_for_our_domains_alone(home: Path) -> None:
    assert get(f"/.well-known/openpgpkey/{DOMAIN}/policy") == b""
    assert get(f"/.well-known/openpgpkey/{DOMAIN.upper()}/policy") == b""
    assert get("/.well-known/openpgpkey/policy") == b""
    assert get("/.well-known/openpgpkey/policy", "testserver") == 404
    assert get("/.well-known/openpgpkey/elsewhere.example/policy") == 404


@pytest.mark.parametrize(
    ("path", "host"),
    [
        (ADVANCED.replace(HASH, local_hash("private")), DOMAIN),
        (ADVANCED.replace(HASH, local_hash("bob")), DOMAIN),
        (ADVANCED.replace(HASH, "y" * 32), DOMAIN),
        (ADVANCED.replace(HASH, HASH.upper()), DOMAIN),
        (ADVANCED.replace(DOMAIN, "elsewhere.example"), DOMAIN),
        (DIRECT, "testserver"),
        (f"{ADVANCED}/", DOMAIN),
    ],
)
def test_what_is_no_address_of_a_queue_is_not_there(home: Path, path: str, host: str) -> None:
    assert get(path, host) == 404


def test_a_form_cannot_be_sent_there(home: Path) -> None:
    assert Client().post(ADVANCED, headers={"host": DOMAIN}).status_code == 405


@pytest.mark.parametrize(
    ("address", "fingerprint"),
    [("desk@desk.example", "A" * 40), ("desk@desk.example", BOB), ("desk@localhost", DESK)],
    ids=["a key that is not here", "a key of another address", "a domain that nobody can ask"],
)
def test_what_cannot_be_published_is_not(home: Path, address: str, fingerprint: str) -> None:
    Queue.objects.update(address=address, fingerprint=fingerprint)
    assert get(ADVANCED) == 404
    assert get(ADVANCED.replace(DOMAIN, "localhost")) == 404


def test_a_desk_without_a_keyring_publishes_nothing(
    home: Path, settings: LazySettings, tmp_path: Path
) -> None:
    settings.GNUPG_HOME = tmp_path / "nothing"
    assert get(ADVANCED) == 404


def test_of_queues_with_one_address_the_default_one_gives_the_key(home: Path) -> None:
    Queue.objects.create(slug="first", name="A", address="desk@desk.example", fingerprint=BOB)
    Queue.objects.create(slug="other", name="B", address="other@desk.example", fingerprint=BOB)
    assert [(each.address, each.fingerprint) for each in published.published_keys()] == [
        ("desk@desk.example", DESK),
        ("other@desk.example", BOB),
    ]


def test_gpg_is_not_started_for_everybody_who_asks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = get(ADVANCED)
    monkeypatch.setattr(published, "certificate_for", lambda *given, **options: pytest.fail("asked again"))
    assert get(ADVANCED) == first


def test_after_a_rotation_the_new_subkey_is_served_at_once(home: Path) -> None:
    assert isinstance(get(ADVANCED), bytes)
    now = timezone.now() - timedelta(seconds=3)
    plan = plan_rotation(home, DESK, until=now + timedelta(days=700), destroy_after=now, now=now)
    new = rotate_key(home, plan, now=now)
    served = get(ADVANCED)
    assert isinstance(served, bytes)
    assert sum(packet.tag == PUBLIC_SUBKEY for packet in walk(served)) == 1
    message = SecretKeyring(home).encrypt(b"marmalade", recipients=[served])
    assert SecretKeyring(home).decrypt(message).plaintext == b"marmalade"
    assert new.has_secret


@pytest.mark.enable_socket
@pytest.mark.parametrize("hosts", [(f"openpgpkey.{DOMAIN}",), (DOMAIN,)], ids=["advanced", "direct"])
def test_a_look_up_finds_it(home: Path, tmp_path: Path, hosts: tuple[str, ...]) -> None:
    """The bytes are taken from the desk beforehand: its database belongs to this thread."""
    served = {path: Client().get(path, headers={"host": host}).content for path, host in _places()}

    def answer(host: str, path: str, say: Say) -> None:
        content = served.get(path.partition("?")[0])
        say.whole(content or b"", status=200 if content else 404)

    with network(tmp_path, *hosts) as net:
        net.https.answer = answer
        net.socks.leads = dict.fromkeys(hosts, net.https.port)
        found = look_up("desk@desk.example", network=Network(net.proxy), now=timezone.now())
    assert [(each.outcome, each.certificates[0].fingerprint) for each in found] == [(Outcome.FOUND, DESK)]


def _places() -> Iterator[tuple[str, str]]:
    for url in (advanced_url("desk", DOMAIN), direct_url("desk", DOMAIN)):
        host, _, path = url.removeprefix("https://").partition("/")
        yield f"/{path.partition('?')[0]}", host
