"""Alerts: mail to the people who run the desk, about the desk itself; never about a ticket or anybody who writes to us."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation

from crypto.errors import GnupgError
from crypto.models import SealKey
from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tickets.enqueue import enqueue
from tickets.mail.alert import Alert, render_signed, render_unsigned
from tickets.mail.message_ids import new_message_id
from tickets.models import Outgoing, Queue

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Words:
    """What an alert says, in one language."""

    subject: str
    text: str


def write_alerts(write: Callable[[], Words], *, now: datetime) -> tuple[Outgoing, ...]:
    """The final bytes of an alert for every coordinator who has a mail address. Nothing is written down yet.

    gpg signs each of them, which takes its time: call it outside of a transaction. The words are written for each
    reader, while the language of their desk is the current one.
    """
    voices = list(Queue.objects.order_by("-is_default", "pk"))
    return tuple(_written(person, write, voices, now) for person in _coordinators()) if voices else ()


def keep_alerts(alerts: Iterable[Outgoing]) -> None:
    """Approve what was written; part of the short transaction that writes down that it is said."""
    for outgoing in alerts:
        outgoing.sealing_key.save(force_insert=True)
        outgoing.save(force_insert=True)
        enqueue("send", outgoing.pk)


def forget_alerts(now: datetime) -> int:
    """Delete alerts, with the keys that seal them, when they have been sent or given up for long enough; give how many."""
    old = Outgoing.objects.filter(kind=Outgoing.Kind.ALERT, approved__lte=now - KEPT)
    with transaction.atomic():
        keys = list(old.values_list("key_id", flat=True))
        old.delete()
        SealKey.objects.filter(pk__in=keys).delete()
    return len(keys)


def _coordinators() -> Iterator[User]:
    """Not at an address of the desk's own: the alert would come in as a ticket."""
    people = User.objects.filter(is_coordinator=True, is_active=True).exclude(email="").order_by("pk")
    return (person for person in people if not Queue.objects.at(person.email).exists())


def _written(person: User, write: Callable[[], Words], voices: Sequence[Queue], now: datetime) -> Outgoing:
    sender = voices[0].address
    with translation.override(person.language or settings.LANGUAGE_CODE):
        words = write()
    alert = Alert(sender, person.email, words.subject, words.text, new_message_id(sender), now)
    outgoing = Outgoing(
        kind=Outgoing.Kind.ALERT,
        state=Outgoing.State.APPROVED,
        recipient=person.email,
        sender=sender,
        approved=now,
    )
    outgoing.key = SealKey.objects.draft(outgoing.pk)
    outgoing.rendered = _render(alert, voices)
    return outgoing


def _render(alert: Alert, voices: Sequence[Queue]) -> bytes:
    """Signed by the key of the queue that it comes from, else by another one of the desk's: it may be the broken one."""
    keyring = SecretKeyring(settings.GNUPG_HOME)
    for signer in dict.fromkeys(queue.fingerprint for queue in voices):
        try:
            return render_signed(alert, keyring=keyring, signer=signer)
        except GnupgError:
            continue
    logger.error("an alert leaves without a signature: no key of the desk can sign")
    return render_unsigned(alert)
