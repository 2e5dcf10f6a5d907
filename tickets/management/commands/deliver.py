"""`manage.py deliver`: takes one mail from standard input, for the pipe of a mail server; exits as sysexits.h says."""

from __future__ import annotations

import os
import sys

from django.core.management.base import BaseCommand, SystemCheckError
from django.db import DatabaseError

from crypto.errors import CryptoError
from tickets.mail.keep import Origin, keep_mail

LARGEST = 40 * 1024 * 1024


class Command(BaseCommand):
    """Exit codes: 0 kept; 65 (EX_DATAERR) empty or too large, to be returned; 75 (EX_TEMPFAIL) to be tried again."""

    help = "Keep one mail from standard input (for a mail server's pipe)."
    requires_system_checks = ()  # They run below, where a failure has the right exit code.

    def handle(self, *args: object, **options: object) -> None:
        """Read, keep, exit. Whatever stops us, the mail server keeps the mail and comes back."""
        raw = sys.stdin.buffer.read(LARGEST + 1)
        if not raw.strip() or len(raw) > LARGEST:
            sys.exit(os.EX_DATAERR)
        code = os.EX_TEMPFAIL
        try:
            self.check()
            keep_mail(raw, Origin("pipe"))
            code = os.EX_OK
        except (SystemCheckError, DatabaseError, CryptoError, OSError) as error:
            # The mail server logs what we say: no content.
            self.stderr.write(f"temporary failure ({type(error).__name__})")
        finally:
            sys.exit(code)
