"""The database or the broker is gone, or has no room: nothing is removed anywhere, and all goes on when it is back."""

from __future__ import annotations

import contextlib
import mailbox
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from celery import Celery, current_app
from django.conf import LazySettings, settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from redis import Redis

from tests.children import end_of, start_child
from tests.conftest import DESK_ADDRESS
from tests.faults.conftest import Inbox
from tests.faults.desk import assert_filed_once, recover, work_a_round
from tests.faults.invariants import Day, assert_invariants, posted_mail
from tests.keyrings import DESK
from tests.servers.postgresql import make_postgresql, run_postgresql
from tests.servers.redis import redis
from tickets import tasks
from tickets.mail.line import LEASE
from tickets.models import Incoming, Queue

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own_server(transactional_db: None) -> Iterator[Path]:
    """A server of this test alone, on which a commit is a commit; this process speaks to it."""
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    directory = Path(f"/tmp/wdpg{os.getpid()}")  # A short path: it holds a socket.
    before = dict(connection.settings_dict)
    connections.close_all()
    make_postgresql(directory)
    connection.settings_dict.update(NAME="postgres", HOST=str(directory))
    try:
        yield directory
    finally:
        connections.close_all()
        connection.settings_dict.update(before)
        shutil.rmtree(directory)
        directory.with_suffix(".log").unlink()


def stop_at_once(directory: Path) -> None:
    """As `pg_ctl stop -m immediate`: no check-point, no farewell."""
    postmaster = int((directory / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGQUIT)
    deadline = time.monotonic() + 20
    while (directory / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def work_until_it_breaks() -> None:
    for _ in range(400):
        work_a_round()


def test_a_database_that_is_stopped_at_once_loses_no_mail(
    own_server: Path, tmp_path: Path, settings: LazySettings, vault: Path
) -> None:
    settings.MAIL_IN = [f"maildir://{tmp_path / 'in'}"]
    box = mailbox.Maildir(tmp_path / "in")
    day = Day([posted_mail() for _ in range(40)], lambda: [box.get_bytes(key) for key in box.iterkeys()])
    with run_postgresql(own_server, durable=True):
        call_command("migrate", verbosity=0)
        Queue.objects.create(
            slug="en", name="English", address=DESK_ADDRESS, fingerprint=DESK, is_default=True
        )
        for raw in day.mails:
            box.add(raw)
        child = start_child(work_until_it_breaks)
        deadline = time.monotonic() + 30
        while Incoming.objects.count() < 5 and time.monotonic() < deadline:
            time.sleep(0.005)
        connections.close_all()
        stop_at_once(own_server)
        assert end_of(child) == 1  # It met the error; nothing hid it.
    with pytest.raises(DatabaseError):
        work_a_round()  # While it is down nothing is removed, whoever looks.
    connections.close_all()
    with run_postgresql(own_server, durable=True):
        assert_invariants(day, is_over=False)
        assert box.keys()
        with time_machine.travel(time.time() + LEASE.total_seconds() + 60):
            recover()
        assert_invariants(day)
        assert_filed_once(day.mails)
        connections.close_all()


def test_a_database_without_room_leaves_mail_where_it_is(inbox: Inbox, clock: time_machine.Traveller) -> None:
    day = Day([posted_mail() for _ in range(3)], inbox.mails)
    for raw in day.mails:
        inbox.post(raw)
    with _full_database(), pytest.raises(DatabaseError):
        work_a_round()
    assert inbox.count() == 3
    assert_invariants(day, is_over=False)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)


@contextlib.contextmanager
def _full_database() -> Iterator[None]:
    """It answers as one does whose disk is full (53100), to every mail that is to be kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END$$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON tickets_incoming EXECUTE FUNCTION no_room()")
        yield
        cursor.execute("DROP FUNCTION no_room CASCADE")


@contextlib.contextmanager
def _broker(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers are told through this Redis, as the real settings have it."""
    app = Celery("faults", broker=url, set_as_current=False)
    app.conf.broker_transport_options = {**settings.BROKER_PATIENCE}
    with monkeypatch.context() as patch:
        patch.setattr(current_app, "send_task", app.send_task)
        yield
    app.close()


def test_a_redis_that_is_flushed_or_gone_loses_no_mail(
    inbox: Inbox, clock: time_machine.Traveller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day([posted_mail() for _ in range(4)], inbox.mails)
    with redis(tmp_path / "redis") as found, _broker(found["REDIS_URL"], monkeypatch):
        for raw in day.mails[:2]:
            inbox.post(raw)
        tasks.poll()
        with Redis.from_url(found["REDIS_URL"]) as client:
            assert client.keys()
            client.flushall()
    with _broker(found["REDIS_URL"], monkeypatch):
        for raw in day.mails[2:]:
            inbox.post(raw)
        tasks.poll()  # Nobody answers there any more.
    assert inbox.count() == 0
    assert_invariants(day, is_over=False)
    clock.shift(LEASE)
    recover()
    assert_invariants(day)
