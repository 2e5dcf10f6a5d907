"""What a list costs does not grow with what stands in it: the pages whose lists have no other tests of their own."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import ago, browser_of, new_mail
from tickets.models import AutomaticText, Queue

FEW, MANY = 2, 20


@pytest.fixture
def room(alice: User) -> Client:
    """A browser in which Alice is signed in, who coordinates her queue."""
    User.objects.filter(pk=alice.pk).update(is_coordinator=True)
    return browser_of(alice)


def asked(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def set_aside(count: int, by: User) -> None:
    for _ in range(count):
        mail = new_mail("set_aside", "by_hand")
        mail.decided_by = by
        mail.save()


def word(queue: Queue, languages: tuple[str, ...], by: User) -> None:
    for language in languages:
        AutomaticText.objects.update_or_create(
            queue=queue,
            kind="notice",
            language=language,
            defaults={"text": "x", "changed": ago(1), "changed_by": by},
        )


def test_mails_that_were_set_aside_cost_the_same(room: Client, alice: User) -> None:
    address = reverse("mail_room_aside")
    set_aside(FEW, alice)
    asked(room, address)  # The session is written once.
    few = asked(room, address)
    set_aside(MANY - FEW, alice)
    assert asked(room, address) == few


@pytest.mark.parametrize(
    ("name", "more"), [("queue_texts", {}), ("queue_text", {"kind": "notice", "language": "all"})]
)
def test_texts_of_a_queue_cost_the_same(
    name: str, more: dict[str, str], room: Client, queue: Queue, alice: User
) -> None:
    address = reverse(name, kwargs={"slug": queue.slug, **more})
    languages = tuple(settings.TICKET_LANGUAGES)
    word(queue, languages[:FEW], alice)
    asked(room, address)
    few = asked(room, address)
    word(queue, languages[:MANY], alice)
    assert asked(room, address) == few
