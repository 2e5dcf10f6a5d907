"""The name under which a queue writes is the one that was given for requesters, or none."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from helpdesk.models import User
from tests.tickets.cases import NOW, opened
from tickets.actions.answer import Shown, answer_ticket
from tickets.actions.automatic.deciding import Voice, decide_upon
from tickets.models import AutomaticText, Message, Outgoing, Queue
from tickets.travel import Way

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("", "desk@desk.example"),
        ("Tails help desk", "Tails help desk <desk@desk.example>"),
        ("Two\nlines", "Two lines <desk@desk.example>"),
    ],
)
def test_an_answer_is_from_the_name_for_requesters(
    signing: Queue, alice: User, name: str, sender: str
) -> None:
    signing.sender_name = name
    signing.save()
    ticket = opened(signing, encryption="none")
    answer_ticket(ticket, "Press F12.", by=alice, shown=Shown(Way.CLEAR), now=NOW)
    rendered = Outgoing.objects.select_related("message__ticket__key").get().rendered
    assert message_from_bytes(rendered)["From"] == sender


def test_automatic_mail_is_from_the_same_name(signing: Queue) -> None:
    signing.sender_name = "Tails help desk"
    signing.save()
    decide_upon(opened(signing), AutomaticText.Kind.NOTICE, Voice(signing, ""), now=NOW)
    message = Message.objects.select_related("ticket__key").get(kind=Message.Kind.AUTOMATIC)
    assert message.sender_name == "Tails help desk"
