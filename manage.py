#!/usr/bin/env python
"""Whisperdesk's command line."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings cannot be used. {error}")
    except OperationalError as error:
        # Its first line names the server or the table, never what was to be written.
        reason = str(error).partition("\n")[0]
        sys.exit(f"The database cannot be used: start it, or mend DATABASE_URL. It says: {reason}")
