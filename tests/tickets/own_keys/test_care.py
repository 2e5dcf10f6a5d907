"""The daily look at the desk's own keys: who is warned, how often, and in which words."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message as Mail
from email.policy import default
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from crypto.gnupg import stop_agent
from crypto.models import DeskKey, RetiredSubkey, SealKey
from crypto.own_keys.making import own_key
from crypto.own_keys.rekeying import extend_key
from crypto.own_keys.rows import plan_rotation, rotate_key
from crypto.signatures import verify_detached
from crypto.verdict import SignatureState
from helpdesk.models import User
from tests.crypto.own import NOW, changeable_home, the_key
from tests.keyrings import BOB, DESK, certificate
from tickets import tasks
from tickets.actions.automatic.alert import KEPT, Words, forget_alerts, write_alerts
from tickets.mail.send import mark_abandoned, send_outgoing
from tickets.models import Outgoing, Queue
from tickets.own_keys.care import look_after_keys, note_own_keys
from tickets.own_keys.warnings import desk_key_warnings

DAY = timedelta(days=1)
# gpg signs by the clock of this machine, so that the key must not have ended by it.
END = NOW + 3_650 * DAY
pytestmark = pytest.mark.django_db


@pytest.fixture
def home(queue: Queue, settings: LazySettings) -> Iterator[Path]:
    """A key that ends in ten years."""
    with changeable_home("desk", "bob") as home:
        settings.GNUPG_HOME = home
        key = the_key(home)
        extend_key(home, key, key.subkeys, until=END, now=NOW)
        yield home


@pytest.fixture
def cora(db: None) -> User:
    """The coordinator; of no queue."""
    return User.objects.create_user("cora", email="cora@coordinators.example", is_coordinator=True)


def alerts() -> list[Outgoing]:
    return list(
        Outgoing.objects.filter(kind=Outgoing.Kind.ALERT).select_related("key").order_by("approved", "pk")
    )


def read(outgoing: Outgoing) -> Mail:
    return email.message_from_bytes(outgoing.rendered, policy=default)


def words(outgoing: Outgoing) -> str:
    mail = read(outgoing)
    part = mail.get_payload(0) if mail.is_multipart() else mail
    assert isinstance(part, Mail)
    return bytes(part.get_payload(decode=True)).decode()


def test_each_step_is_mailed_once(home: Path, cora: User) -> None:
    told = []
    for days in (90, 61, 60, 45, 30, 29, 14, 8, 7, 1, 0, -1):
        before = {alert.pk for alert in alerts()}
        look_after_keys(END - days * DAY)
        look_after_keys(END - days * DAY)
        told += [days] * len({alert.pk for alert in alerts()} - before)
    assert told == [60, 30, 14, 7, 0]


def test_gpg_signs_in_no_transaction_and_what_another_worker_said_is_not_said_again(
    home: Path, cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = []

    def sign(*given: object, **options: object) -> bytes:
        depths.append(len(connection.savepoint_ids))
        DeskKey.objects.update(warned=14)  # Another worker, meanwhile.
        return b"signed"

    monkeypatch.setattr("tickets.actions.automatic.alert.render_signed", sign)
    before = SealKey.objects.count()
    look_after_keys(END - 14 * DAY)
    assert depths == [len(connection.savepoint_ids)]
    assert (alerts(), SealKey.objects.count()) == ([], before)


def test_an_alert_is_signed_and_says_nothing_of_anybody(home: Path, cora: User, queue: Queue) -> None:
    look_after_keys(END - 14 * DAY)
    (alert,) = alerts()
    assert (alert.recipient, alert.sender) == ("cora@coordinators.example", queue.address)
    assert (alert.message, alert.fingerprint, alert.state) == (None, "", Outgoing.State.APPROVED)
    mail = read(alert)
    assert (mail["From"], mail["To"]) == (queue.address, cora.email)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert "It expires in 14 days." in words(alert)
    assert f"0x{DESK}" in words(alert)
    assert BOB not in words(alert)
    boundary = mail.get_boundary()
    _, signed, signature, _ = alert.rendered.split(f"--{boundary}".encode())
    signed, signature = (
        signed.removeprefix(b"\r\n").removesuffix(b"\r\n"),
        signature[signature.index(b"-----") :],
    )
    assert verify_detached(signed, signature, [certificate("desk")]).state is SignatureState.VALID


def test_an_alert_is_in_the_language_of_its_reader(home: Path, cora: User, settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "en"
    User.objects.create_user("fa", email="fa@coordinators.example", is_coordinator=True, language="fa")
    look_after_keys(END - 14 * DAY)
    assert {alert.recipient for alert in alerts()} == {"cora@coordinators.example", "fa@coordinators.example"}


def test_who_is_no_coordinator_or_has_no_address_gets_none(home: Path, alice: User, queue: Queue) -> None:
    alice.email = "alice@agents.example"
    alice.save()
    User.objects.create_user("silent", is_coordinator=True)
    User.objects.create_user("gone", email="gone@agents.example", is_coordinator=True, is_active=False)
    User.objects.create_user("loop", email=queue.address.upper(), is_coordinator=True)
    look_after_keys(END - 14 * DAY)
    assert alerts() == []
    assert DeskKey.objects.get(fingerprint=DESK).warned is None


def test_when_there_is_a_coordinator_they_are_told(home: Path, queue: Queue) -> None:
    look_after_keys(END - 14 * DAY)
    User.objects.create_user("cora", email="cora@coordinators.example", is_coordinator=True)
    look_after_keys(END - 13 * DAY)
    assert len(alerts()) == 1


def test_a_key_of_no_queue_is_nobodys_trouble(home: Path, cora: User, queue: Queue) -> None:
    Queue.objects.update(fingerprint=BOB)
    look_after_keys(END - 14 * DAY)
    assert (alerts(), desk_key_warnings(cora, END - 14 * DAY)) == ([], ())


def test_a_missing_key_is_said_by_another(home: Path, cora: User, queue: Queue) -> None:
    Queue.objects.create(slug="other", name="Other", address="other@desk.example", fingerprint=BOB)
    grips = [*the_key(home).keygrips]
    for grip in grips:
        (home / "private-keys-v1.d" / f"{grip}.key").unlink()
    stop_agent(home)
    look_after_keys(NOW)
    (alert,) = alerts()
    assert "It is not on this machine" in words(alert)
    assert read(alert).get_content_type() == "multipart/signed"


def test_when_no_key_can_sign_it_is_said_without(
    home: Path, cora: User, caplog: pytest.LogCaptureFixture
) -> None:
    key = the_key(home)
    extend_key(home, key, key.subkeys, until=NOW + 2 * DAY, now=NOW + DAY)
    look_after_keys(NOW + 3 * DAY)
    (alert,) = alerts()
    assert "It has expired" in words(alert)
    assert read(alert).get_content_type() == "text/plain"
    assert "without a signature" in caplog.text


def test_a_desk_without_queues_tells_nobody(cora: User, settings: LazySettings, tmp_path: Path) -> None:
    settings.GNUPG_HOME = tmp_path / "nothing"
    look_after_keys(NOW)
    assert write_alerts(lambda: Words("", ""), now=NOW) == ()
    assert alerts() == []


def test_an_alert_is_sent_like_other_mail(
    home: Path, cora: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MAIL_OUT = f"maildir://{tmp_path / 'outbox'}"
    look_after_keys(END - 14 * DAY)
    (alert,) = alerts()
    send_outgoing(alert.pk)
    assert [mail.as_bytes() for mail in mailbox.Maildir(tmp_path / "outbox")]
    alert.refresh_from_db()
    assert alert.state == Outgoing.State.SENT


def test_an_alert_whose_sender_died_is_in_doubt(home: Path, cora: User) -> None:
    look_after_keys(END - 14 * DAY)
    Outgoing.objects.update(state=Outgoing.State.SENDING, attempts=1, lease_until=NOW)
    assert mark_abandoned(NOW + DAY) == 1
    assert [alert.state for alert in alerts()] == [Outgoing.State.UNKNOWN]


def test_alerts_are_forgotten_with_their_keys(home: Path, cora: User) -> None:
    look_after_keys(END - 14 * DAY)
    before = SealKey.objects.count()
    assert forget_alerts(END) == 0
    assert forget_alerts(END - 14 * DAY + KEPT) == 1
    assert (alerts(), SealKey.objects.count()) == ([], before - 1)


def test_the_desk_sees_it_too(home: Path, cora: User, alice: User, charlie: User) -> None:
    at = END - 14 * DAY
    note_own_keys(at)
    assert [
        [(each.address, each.days) for each in desk_key_warnings(who, at)] for who in (cora, alice, charlie)
    ] == [
        [("desk@desk.example", 14)],
        [("desk@desk.example", 14)],
        [],
    ]


def test_old_subkeys_are_destroyed_by_the_daily_task(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = NOW + timedelta(hours=1)
    rotate_key(home, plan_rotation(home, DESK, until=END, destroy_after=NOW + DAY, now=later), now=later)

    monkeypatch.setattr("tickets.tasks.may_be_believed", lambda now: True)

    def after(now: datetime) -> list[bool]:
        monkeypatch.setattr("tickets.tasks.timezone.now", lambda: now)
        tasks.look_after_keys()
        return [each.has_secret for each in own_key(home, DESK, now=now).subkeys]

    assert after(NOW + timedelta(hours=2)) == [True, True]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickets.tasks.may_be_believed", lambda now: False)
        assert after(NOW + DAY) == [True, True]
    assert after(NOW + DAY) == [False, True]
    assert RetiredSubkey.objects.get().destroyed == NOW + DAY
