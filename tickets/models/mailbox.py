"""A mailbox: where mail is fetched, and how that went the last times."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import models

PATIENCE = timedelta(minutes=3)
"""What a mailbox may be late beyond the time between two polls, before somebody is told."""


class Mailbox(models.Model):
    """One for each folder that MAIL_IN names. Made by the fetching itself; never holds an address or a password."""

    name = models.CharField(max_length=80, unique=True)
    """The desk's own name for it, as on the mails that came from there (Incoming.mailbox)."""
    number = models.PositiveSmallIntegerField()
    """Its turn in MAIL_IN, counted from 1."""
    folder = models.CharField(max_length=200, blank=True)
    tried = models.DateTimeField(null=True)
    succeeded = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    """How often in a row it could not be read; 0 while all is well."""
    trouble = models.CharField(max_length=20, blank=True)
    """Why, as a stable word; shown in words by `tickets.desk.mailroom.reasons`."""
    not_before = models.DateTimeField(null=True)
    """Not to be tried before: the pause grows with the failures."""
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    """Of a mailbox that is left as it is: the highest UID that was read (RFC 3501, 2.3.1.1)."""
    imported = models.DateTimeField(null=True)
    """When its first import was complete: what was in it before is filed silently."""

    class Meta:
        ordering = ["number", "name"]

    def is_unread(self, now: datetime) -> bool:
        """Whether it is not being read, for whatever reason; of one that was never tried nobody knows."""
        if self.tried is None:
            return False
        if self.succeeded is None:  # Its first import may take hours.
            return self.failures > 0 or self.is_neglected(now)
        return self.succeeded < now - _allowed()

    def is_neglected(self, now: datetime) -> bool:
        """Whether nobody even tries, although its time has come: then the worker or the schedule has stopped."""
        if self.tried is None:
            return False
        return max(self.tried, self.not_before or self.tried) < now - _allowed()

    @property
    def place(self) -> str:
        """Where it is, 'mail.example.org:INBOX' or a path, for somebody who knows several; never who signs in there."""
        if not 1 <= self.number <= len(settings.MAIL_IN):
            return self.folder
        parts = urlsplit(settings.MAIL_IN[self.number - 1])
        if self.folder:  # Of IMAP alone.
            return f"{parts.hostname}:{self.folder}" if parts.scheme == "imaps" else self.folder
        return unquote(parts.path) if parts.scheme == "maildir" else ""

    def is_due(self, now: datetime) -> bool:
        """Whether it may be tried now."""
        return self.not_before is None or self.not_before <= now


def _allowed() -> timedelta:
    return timedelta(seconds=settings.MAIL_POLL_SECONDS) + PATIENCE
