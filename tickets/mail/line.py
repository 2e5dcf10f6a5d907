"""The mail line: runs a kept mail through its stops and sees to it that it ends in exactly one place."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from crypto.keys import known_certificates
from crypto.openpgp import SecretKeyring
from helpdesk.lib.faults import fault_point
from tickets.mail.classify import classify
from tickets.mail.file import file_mail
from tickets.mail.letter import Accepted, MailError, Quarantine, Sealed, SetAside, TryLater
from tickets.mail.open import open_mail
from tickets.mail.parse import parse_mail
from tickets.models import Incoming, Queue
from tickets.models.incoming import IncomingQuerySet

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Nothing else ends a worker, so every piece of work ends by itself and sooner: gpg takes 30 seconds at most and is run
three times for a mail, the first of them once more if its agent hung; reading what came out takes 20."""
ATTEMPTS = 5
DELAY = timedelta(minutes=1)


def process(identity: uuid.UUID) -> None:
    """Bring one kept mail to its place: filed, set aside, in quarantine, or to be tried later.

    May run twice at once for the same mail: the one that claims the row works, the other does nothing.
    """
    incoming = _claim(identity, timezone.now())
    if incoming is None:
        return
    fault_point("claimed")
    try:
        with net(str(identity)):
            # What was in a mailbox before the desk may be years old.
            received = None if incoming.silent else incoming.received
            file_mail(incoming, read(Sealed(incoming.read(), received), now=incoming.received))
    except SetAside as stop:
        _settle(incoming, Incoming.State.SET_ASIDE, stop.reason)
    except Quarantine as stop:
        _settle(incoming, Incoming.State.QUARANTINED, stop.reason)
    except TryLater as stop:
        _try_later(incoming, stop.reason)


@contextmanager
def net(name: str) -> Iterator[None]:
    """Whatever a mail makes us stumble over, it is kept, and the next mail is not held up."""
    try:
        yield
    except (MailError, DatabaseError):
        raise  # The lease runs out and the sweep brings the mail back; there is nothing to write it down with.
    except OSError:
        raise TryLater("no_room") from None
    except Exception as error:
        # The one broad net. The error's name only: its text may hold words of the mail.
        logger.error("incoming %s stopped the line (%s)", name, type(error).__name__)  # noqa: TRY400
        raise Quarantine("unexpected") from None


def read(sealed: Sealed, *, now: datetime) -> Accepted:
    """Open, parse and judge a mail, without filing it; raises SetAside, Quarantine or TryLater."""
    opened = open_mail(sealed, desk_keyring(), known_certificates)
    fault_point("opened")
    return classify(
        parse_mail(opened), own_domains=OwnDomains(), now=now, languages=settings.TICKET_LANGUAGES
    )


def desk_keyring() -> SecretKeyring:
    """The keyring that holds the desk's own keys."""
    return SecretKeyring(settings.GNUPG_HOME)


class OwnDomains:
    """Domains that Message-IDs of our own mails end in. Asked for one mail in hundreds, so looked up only then."""

    def __contains__(self, domain: object) -> bool:
        """Whether it is one of ours."""
        return domain in settings.MAIL_DOMAINS or domain in {
            address.partition("@")[2].lower() for address in Queue.objects.values_list("address", flat=True)
        }


def _claim(identity: uuid.UUID, now: datetime) -> Incoming | None:
    incoming = Incoming.objects.select_related("key").filter(pk=identity).first()
    if incoming is None or not incoming.is_due(now):
        return None
    # Whoever else claims it counts an attempt, too, and then this finds no row.
    if not _ours(incoming).update(lease_until=now + LEASE, attempts=incoming.attempts + 1):
        return None
    incoming.attempts += 1
    if incoming.attempts > ATTEMPTS:
        # It was claimed again and again and nobody came back to say why: it kills its worker.
        _settle(incoming, Incoming.State.QUARANTINED, "gave_up")
        return None
    return incoming


def _settle(incoming: Incoming, state: Incoming.State, reason: str) -> None:
    _ours(incoming).update(state=state, reason=reason[:40], lease_until=None, not_before=None)


def _try_later(incoming: Incoming, reason: str) -> None:
    if incoming.attempts >= ATTEMPTS:
        _settle(incoming, Incoming.State.QUARANTINED, reason)
        return
    delay = DELAY * 2**incoming.attempts
    _ours(incoming).update(reason=reason[:40], lease_until=None, not_before=timezone.now() + delay)


def _ours(incoming: Incoming) -> IncomingQuerySet:
    """The row, unless another worker has claimed it since."""
    return Incoming.objects.filter(pk=incoming.pk, state=Incoming.State.NEW, attempts=incoming.attempts)
