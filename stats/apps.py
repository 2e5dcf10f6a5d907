"""The stats app."""

from __future__ import annotations

from django.apps import AppConfig


class StatsConfig(AppConfig):
    """Counts what the others hold; has no tables yet."""

    name = "stats"
