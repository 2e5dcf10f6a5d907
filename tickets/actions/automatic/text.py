"""Changing what a queue says by itself, and when it does."""

from __future__ import annotations

from datetime import datetime

from helpdesk.models import User
from tickets.models import AutomaticText, Queue


def keep_text(
    queue: Queue, kind: AutomaticText.Kind, language: str, text: str, *, by: User, now: datetime
) -> None:
    """From now on the queue says this in this language; empty: in every language that it has no other words for."""
    values = {"text": text, "changed": now, "changed_by": by}
    AutomaticText.objects.update_or_create(queue=queue, kind=kind, language=language, defaults=values)


def drop_text(queue: Queue, kind: AutomaticText.Kind, language: str) -> None:
    """From now on the desk's own words are said again."""
    AutomaticText.objects.filter(queue=queue, kind=kind, language=language).delete()


def set_policy(queue: Queue, *, acknowledges: bool, without_key: Queue.WithoutKey, sender_name: str) -> None:
    """Whether a first mail is acknowledged, what becomes of answers without a key, and under which name it writes."""
    values = {"acknowledges": acknowledges, "without_key": without_key, "sender_name": sender_name}
    Queue.objects.filter(pk=queue.pk).update(**values)
