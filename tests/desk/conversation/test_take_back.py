"""Taking an answer back from its page, before the mail server has it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import new_outgoing
from tickets.models import Draft, Message, Outgoing, Ticket


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [("waiting", True), ("approved", True), ("retry", True), ("sending", False), ("sent", False)],
)
def test_the_button_stands_where_it_is_possible(
    desk: Client, ticket: Ticket, state: str, is_offered: bool
) -> None:
    outgoing = new_outgoing(
        ticket, state=state, **({"not_before": ticket.created} if state == "retry" else {})
    )
    page = desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert (reverse("answer_back", args=[outgoing.pk]) in page) is is_offered


def test_it_is_a_draft_again(desk: Client, ticket: Ticket, alice: User) -> None:
    outgoing = new_outgoing(ticket, state="approved")
    Message.objects.filter(pk=outgoing.said.pk).update(author=alice)
    page = desk.post(reverse("answer_back", args=[outgoing.pk]), follow=True).content.decode()
    assert "The answer is not sent." in page
    assert not Outgoing.objects.exists()
    assert Draft.objects.get(author=alice).text == "Try this."


def test_when_it_is_too_late_that_is_said(desk: Client, ticket: Ticket) -> None:
    outgoing = new_outgoing(ticket, state="sending")
    page = desk.post(reverse("answer_back", args=[outgoing.pk]), follow=True).content.decode()
    assert "It is too late" in page
    assert Outgoing.objects.exists()
