"""The helpdesk app."""

from __future__ import annotations

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Named, so that its tables are called helpdesk_*."""

    name = "helpdesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and what happens when somebody signs in."""
        import helpdesk.checks.keys
        import helpdesk.checks.network
        import helpdesk.checks.settings
        import helpdesk.lib.sessions  # noqa: F401
