"""The purge is killed half-way: the next one finishes, and nothing of the ticket is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.children import in_child
from tests.faults.desk import DEAD, FORGETTING, assert_nothing_left_over
from tests.mail.letters import file, letter
from tickets import retention
from tickets.mail.letter import Attachment
from tickets.models import Incoming, Message, Ticket, Tombstone

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("point", FORGETTING)
def test_a_ticket_is_forgotten_by_the_next_purge(point: str) -> None:
    long_ago = timezone.now() - timedelta(days=365)
    gone = file(letter(attachments=(Attachment("a.txt", "text/plain", b"a"),))).ticket
    Ticket.objects.update(state=Ticket.State.CLOSED, closed=long_ago)
    stays = file(letter()).ticket
    assert in_child(lambda: retention.purge(timezone.now()), fault=point) == DEAD
    assert Ticket.objects.get(pk=gone.pk).state == Ticket.State.FORGETTING
    assert in_child(lambda: retention.purge(timezone.now())) == 0
    assert list(Ticket.objects.all()) == [stays]
    assert Message.objects.get().ticket == stays
    assert Tombstone.objects.count() == 1
    assert Incoming.objects.count() == 2
    assert_nothing_left_over()
