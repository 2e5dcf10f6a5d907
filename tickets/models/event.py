"""An event: what was done to a ticket, when and by whom, without content."""

from __future__ import annotations

from typing import TypeAlias

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket


class EventKind(models.TextChoices):
    """What was done."""

    OPENED = "opened", _("opened")
    RECEIVED = "received", _("a message came")
    ANSWERED = "answered", _("answered")
    NOTED = "noted", _("a note was written")
    ASSIGNED = "assigned", _("assigned")
    RELEASED = "released", _("given back to the queue")
    MOVED = "moved", _("moved to another queue")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")
    SENT = "sent", _("the answer was handed to the mail server")
    NOT_SENT = "not_sent", _("the answer could not be sent")
    UNSURE = "unsure", _("it is not known whether the answer was sent")
    RESENT = "resent", _("the answer was approved to be sent again")
    KEY_LEARNED = "key_learned", _("a key was learned")
    KEY_PROPOSED = "key_proposed", _("a key came that is not used before somebody has compared it")
    KEYS_SEVERAL = "keys_several", _("several keys came in one mail, so none of them was taken")
    KEY_CONFIRMED = "key_confirmed", _("a key was confirmed")
    KEY_ADDED = "key_added", _("a key was added by hand")
    KEY_LOOKED_UP = "key_looked_up", _("a key was asked for on the network")
    KEY_RETIRED = "key_retired", _("a key is not to be used")
    PART_OPENED = "part_opened", _("an encrypted part was opened")
    PART_SAVED = "part_saved", _("a file out of an encrypted part was saved")
    RELEASE_ASKED = "release_asked", _("said that it may be answered; a second person must agree")
    ASK_WITHDRAWN = "ask_withdrawn", _("took back that it may be answered")
    REPLAY_RELEASED = "replay_release", _("agreed that it may be answered")
    ACKNOWLEDGED = "acknowledged", _("the requester was told that it arrived")
    NOTICED = "noticed", _("the requester was told that an answer waits")
    KEY_ASKED = "key_asked", _("the requester was asked for a key")
    CAME_BACK = "came_back", _("a mail server says that our mail was not delivered")
    HELD_BACK = "held_back", _("the answer was stopped: what it was approved with holds no longer")
    TAKEN_BACK = "taken_back", _("took the answer back, it is a draft again")
    KEY_UNUSABLE = "key_unusable", _("the key cannot be used: the answer goes on waiting")


class Event(models.Model):
    """Written by every action, in its transaction. It dies with its ticket."""

    Kind: TypeAlias = EventKind

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=EventKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Empty when the desk did it by itself."""
    whom = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """The agent it was assigned to."""
    part = models.PositiveSmallIntegerField(null=True)
    """Which encrypted part of a message it is about, counted from 1 as on its card."""
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_known"),
        ]
