"""The wiring: settings, addresses of pages, background work."""

from __future__ import annotations

import os

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]

# Every door comes through here first: whatever the desk writes is for its own user alone.
os.umask(0o077)
