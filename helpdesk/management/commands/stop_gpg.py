"""`manage.py stop_gpg`: end the gpg-agents that the desk started; the next operation starts a new one."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from crypto.gnupg import stop_agent
from helpdesk.demo.desk import reporters_home


class Command(BaseCommand):
    """Part of stopping the desk: an agent is a process that nobody else ends."""

    requires_system_checks: list[str] = []  # What is wrong with the settings keeps nobody from stopping.
    help = "Ends the gpg-agents of the desk's own keyring and of the demo's."

    def handle(self, *arguments: object, **options: object) -> None:
        """Both homes; one without an agent is no error."""
        for home in (settings.GNUPG_HOME, reporters_home()):
            stop_agent(home)
