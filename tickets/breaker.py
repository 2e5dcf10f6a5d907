"""The breaker: how much automatic mail may leave, by what we count ourselves, whatever the headers of others say.

Whoever wants us to write to somebody, or to ourselves, writes the headers as they like (security.md T1, loops and
backscatter). What we have sent is known here, and no header changes it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from crypto.digests import address_digest, normalise_address
from crypto.vault import digest
from tickets.models import AutomaticMail, Breaker

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
PER_ADDRESS_A_DAY = 1
PER_DOMAIN_AN_HOUR = 3
ALL = ""
"""The address digest of the breaker for all automatic mail."""


def claim_reply(address: str, *, now: datetime) -> bool:
    """Whether a mail may cause an automatic one to this address now; one that may is counted here and now.

    Part of the transaction that writes the mail: whoever asks at the same time waits for its end, so that two workers
    never both find room for the last one.
    """
    everybody = _lock(now)
    if not _has_room(everybody, now):
        return False
    person, domain = _digests(address)
    own = Breaker.objects.filter(address_digest=person).first()
    closed = own.until if own and own.closed_by_id and own.until <= now else None
    sent = AutomaticMail.objects.filter(at__gt=now - A_DAY)
    to_person = sent.filter(address_digest=person, at__gt=closed or now - A_DAY).order_by("at")
    to_domain = sent.filter(domain_digest=domain, at__gt=now - AN_HOUR).order_by("at")
    if to_person.count() >= PER_ADDRESS_A_DAY:
        _stop(person, _first(to_person) + A_DAY, now)
        return False
    if to_domain.count() >= PER_DOMAIN_AN_HOUR:
        _stop(person, _first(to_domain) + AN_HOUR, now)
        return False
    _count(person, domain, now)
    return True


def claim_notice(address: str, *, now: datetime) -> bool:
    """Whether what an agent caused may be told to this address now; it is counted here, but has room with its first.

    An agent's answer that waits is told once, however often somebody has written: no mail can press an agent's button.
    Only the breaker for all holds it up.
    """
    if not _has_room(_lock(now), now):
        return False
    _count(*_digests(address), now)
    return True


def counts_since(now: datetime) -> datetime:
    """From when on mails count against the limit for all: an hour ago, or when a breaker that was open closed since."""
    everybody = Breaker.objects.filter(address_digest=ALL, until__lte=now).first()
    return _counts_since(everybody, now) if everybody else now - AN_HOUR


def lets_through_at(now: datetime) -> datetime:
    """When the breaker for all lets mail through again; now, when it does."""
    opened = Breaker.objects.filter(address_digest=ALL, until__gt=now).values_list("until", flat=True).first()
    return opened or now


def forget_counts(now: datetime) -> None:
    """Delete what no limit looks at any more: who was written to is nobody's business for longer."""
    AutomaticMail.objects.filter(at__lte=now - A_DAY).delete()
    Breaker.objects.filter(until__lte=now - A_DAY).delete()


def _lock(now: datetime) -> Breaker:
    """The row of the breaker for all, ours until the transaction ends."""
    values = {"opened": now, "until": now, "count": 0}
    row, _ = Breaker.objects.select_for_update().get_or_create(address_digest=ALL, defaults=values)
    return row


def _has_room(everybody: Breaker, now: datetime) -> bool:
    """Whether the breaker for all is closed; the mail that is one too many opens it for an hour."""
    if everybody.until > now:
        Breaker.objects.filter(pk=everybody.pk).update(count=F("count") + 1)
        return False
    sent = AutomaticMail.objects.filter(at__gt=_counts_since(everybody, now))
    if sent.count() < settings.AUTOMATIC_MAIL_PER_HOUR:
        return True
    Breaker.objects.filter(pk=everybody.pk).update(opened=now, until=now + AN_HOUR, count=1, closed_by=None)
    logger.warning("automatic mail: the breaker opened, nothing leaves for an hour")
    return False


def _counts_since(everybody: Breaker, now: datetime) -> datetime:
    """Not what was counted before it closed, or a coordinator who closes it would only see it open again."""
    return max(now - AN_HOUR, everybody.until) if everybody.count else now - AN_HOUR


def _stop(person: str, until: datetime, now: datetime) -> None:
    """Write down that mail to one address was stopped, so that somebody can see it."""
    row, made = Breaker.objects.get_or_create(
        address_digest=person, defaults={"opened": now, "until": until, "count": 1}
    )
    if not made:
        is_open = row.until > now
        row.opened, row.count = (row.opened, row.count + 1) if is_open else (now, 1)
        row.until, row.closed_by = until, None
        row.save()


def _count(person: str, domain: str, now: datetime) -> None:
    AutomaticMail.objects.create(address_digest=person, domain_digest=domain, at=now)


def _first(sent: QuerySet[AutomaticMail]) -> datetime:
    return sent.values_list("at", flat=True)[0]


def _digests(address: str) -> tuple[str, str]:
    """Of the address without its tag, and of its domain: help+1@ and help+2@ are one mailbox to a loop."""
    local, _, domain = normalise_address(address).rpartition("@")
    return address_digest(f"{local.partition('+')[0]}@{domain}"), digest("domain", domain)
