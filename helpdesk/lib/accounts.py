"""Who may have an account: only people whom an admin added."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed: `manage.py add_agent` makes accounts."""
        return False
