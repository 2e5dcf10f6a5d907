"""Rows that only the mail room shows."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crypto.models import DeskKey, SealKey
from tests.desk.rows import ago, foreign_ticket, new_mail, new_outgoing, new_ticket
from tickets.models import Breaker, Mailbox, Outgoing, Queue


def page(client: Client, name: str = "mail_room", query: str = "") -> str:
    """What the browser gets, in one line."""
    return " ".join(client.get(reverse(name) + query).content.decode().split())


def post(client: Client, name: str, *arguments: object, **values: object) -> str:
    """What the browser gets after a button was pressed, in one line."""
    answer = client.post(reverse(name, args=arguments), values, follow=True)
    return " ".join(answer.content.decode().split())


def section(client: Client, name: str) -> str:
    """One section of the mail room."""
    return page(client).partition(f'id="{name}"')[2].partition("</section>")[0]


def new_mailbox(**given: object) -> Mailbox:
    """One that was read just now."""
    values: dict[str, object] = {
        "name": f"imap {uuid.uuid4().hex[:16]}",
        "number": Mailbox.objects.count() + 1,
        "folder": "INBOX",
        "tried": ago(0),
        "succeeded": ago(0),
        "imported": ago(900),
        **given,
    }
    return Mailbox.objects.create(**values)


def new_alert(state: str) -> Outgoing:
    """A mail of the desk to somebody who works here."""
    key = SealKey.objects.make(uuid.uuid4())
    alert = Outgoing(key=key, kind="alert", state=state, rendered=b"x", approved=ago(1))
    alert.recipient, alert.sender = "carol@desk.example", "desk@desk.example"
    alert.save(force_insert=True)
    return alert


def new_breaker(address_digest: str, *, hours: float = 1, count: int = 1) -> Breaker:
    """One that is open for so many hours more."""
    until = timezone.now() + timedelta(hours=hours)
    return Breaker.objects.create(address_digest=address_digest, opened=ago(1), until=until, count=count)


def new_desk_key(days: float | None, trouble: str = "") -> DeskKey:
    """A key of the desk that ends in so many days, and a queue that answers with it."""
    expires: datetime | None = None if days is None else timezone.now() + timedelta(days=days, minutes=1)
    fingerprint = uuid.uuid4().hex.upper() + "0" * 8
    Queue.objects.create(
        slug=fingerprint, name="Q", address="desk@desk.example", fingerprint=fingerprint, language="en"
    )
    return DeskKey.objects.create(
        fingerprint=fingerprint,
        address="desk@desk.example",
        expires=expires,
        trouble=trouble,
        checked=ago(1),
    )


def fill_mail_room(queue: Queue) -> None:
    """Something of everything, so that each part of the page is seen."""
    new_mailbox()
    new_mailbox(succeeded=ago(3), failures=9, trouble="certificate", not_before=ago(-0.1))
    for reason in ("refused", *["gpg_failed"] * 6):
        new_mail("quarantined", reason)
    new_mail("set_aside", "no_key")
    new_outgoing(new_ticket(queue, waiting_since=None), state="failed", reply_code=550)
    new_outgoing(foreign_ticket(), state="retry", reply_code=450, not_before=ago(-0.1))
    new_alert("failed")
    for address in ("", "digest"):
        new_breaker(address, count=14)
    new_desk_key(40).retired_subkeys.create(fingerprint="A" * 40, destroy_after=ago(-48))
