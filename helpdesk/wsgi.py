"""The door for the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()

from helpdesk.checks.refusal import refuse_unsafe_settings  # noqa: E402 - needs the apps that the line above loads

refuse_unsafe_settings()
