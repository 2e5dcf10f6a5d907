"""What every page of the desk knows."""

from __future__ import annotations

from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, object]:
    """Context for the shell of the desk; empty for those who are not signed in."""
    return {}
