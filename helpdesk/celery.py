"""The Celery application: carries ids of rows that have work due, nothing else."""

from __future__ import annotations

import contextlib
import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("whisperdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["tickets"])


@worker_init.connect
def _refuse_unsafe_settings(**options: object) -> None:
    """The worker has no `check` of Django's before it starts."""
    from helpdesk.checks.refusal import refuse_unsafe_settings

    refuse_unsafe_settings()


@worker_init.connect
def _read_language_model(**options: object) -> None:
    """Half a second now, rather than at the first mail."""
    from django.conf import settings

    from tickets import language

    language.preload(settings.TICKET_LANGUAGES)


@worker_init.connect
def _look_at_all_mailboxes(**options: object) -> None:
    """A password in MAIL_IN may have been mended: that counts from the start of the worker, not when a pause ends."""
    from django.db import DatabaseError

    from tickets.actions.look_now import look_now

    with contextlib.suppress(DatabaseError):  # It is not there yet: the pause ends by itself.
        look_now()
