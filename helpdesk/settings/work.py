"""Work in the background: the rows of the database are the queue, the broker carries only ids."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.settings.given import DATA_DIR, MAIL_POLL_SECONDS, REDIS_URL, TIME_ZONE

# There is no time limit for tasks: the worker's solo pool (helpdesk/Procfile) knows none. Every piece of work ends by
# itself: gpg after 30 seconds, the reading of a mail after 20, each step of IMAP and SMTP after 60. The leases on rows
# (tickets/mail/line.py, send.py) are longer than the longest of them.

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
BROKER_DIR = DATA_DIR / "broker"
BROKER_PATIENCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
"""Who tells the workers of a row does not wait for a broker that is down: the sweep tells them later."""
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 600,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        **BROKER_PATIENCE,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "poll": {"task": "tickets.tasks.poll", "schedule": timedelta(seconds=MAIL_POLL_SECONDS)},
    "sweep": {"task": "tickets.tasks.sweep", "schedule": timedelta(seconds=min(60, MAIL_POLL_SECONDS))},
    "rotate epoch keys": {"task": "tickets.tasks.rotate_epoch_keys", "schedule": timedelta(hours=24)},
    "look after keys": {"task": "tickets.tasks.look_after_keys", "schedule": timedelta(hours=6)},
    "purge": {"task": "tickets.tasks.purge", "schedule": timedelta(hours=1)},
}
