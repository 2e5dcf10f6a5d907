"""The tickets app."""

from __future__ import annotations

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Named, so that its tables are called tickets_*."""

    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"
