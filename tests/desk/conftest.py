"""What the tests of the desk's pages share."""

from __future__ import annotations

import pytest

from tests.desk.rows import new_message, new_ticket
from tickets.models import Message, Queue, Ticket


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    """Kim asked, encrypted, two hours ago."""
    ticket = new_ticket(queue, subject="No Wi-Fi after the upgrade")
    new_message(ticket, text="The list of networks is empty.", encryption="ok")
    return ticket


@pytest.fixture
def message(ticket: Ticket) -> Message:
    """What Kim asked."""
    message = ticket.messages.get()
    message.ticket = ticket
    return message
