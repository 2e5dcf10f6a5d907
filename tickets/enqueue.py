"""Telling the workers that a row has work due: by id, after commit, and without harm if nobody hears it."""

from __future__ import annotations

import logging
import uuid

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue(task: str, identity: uuid.UUID) -> None:
    """Send `tickets.tasks.<task>` the id of a row once the transaction is committed.

    The row is the queue: when the broker is down the sweep finds the row by itself, so that is no error here.
    """
    transaction.on_commit(lambda: _send(task, identity))


def _send(task: str, identity: uuid.UUID) -> None:
    try:
        current_app.send_task(f"tickets.tasks.{task}", args=[str(identity)], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take a task (%s); the sweep will", type(error).__name__)
