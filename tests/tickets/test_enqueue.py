"""A broker that is down holds nobody up."""

from __future__ import annotations

import time
import uuid

import pytest
from celery import Celery
from django.db import transaction

from helpdesk import settings as real_settings
from tickets import enqueue


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_without_redis_the_row_is_committed_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An agent's page hangs on it, and every mail of a full mailbox."""
    down = Celery(broker="redis://localhost:1/0", set_as_current=False)
    down.conf.broker_transport_options = real_settings.BROKER_PATIENCE
    monkeypatch.setattr(enqueue, "current_app", down)
    begun = time.monotonic()
    with transaction.atomic():
        enqueue.enqueue("open_incoming", uuid.uuid4())
    assert time.monotonic() - begun < 2
    assert "the sweep will" in caplog.text
