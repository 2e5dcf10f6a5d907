"""Reading the report in a message: its facts for the page and the places of its sections, in a step of its own."""

from __future__ import annotations

import uuid

from django.db import transaction

from hardware.report.read import read_report as read
from tickets.mail.reporter import without_list_header
from tickets.models import Message, Ticket


def read_report(identity: uuid.UUID) -> None:
    """Read the report in a message and keep, sealed, what was found. Reading it again changes nothing."""
    message = Message.objects.select_related("ticket__key").filter(pk=identity).first()
    if message is None:
        return
    text = message.full_text or message.text
    report = read(without_list_header(text))
    if report is None:
        Message.objects.filter(pk=identity).update(report_due=False)
        return
    found = report.as_dict()
    found["sections"] = _places(text, [(section.name, section.body) for section in report.sections])
    facts = [list(fact) for fact in report.facts()]
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().filter(pk=message.ticket_id).first()
        if ticket is None:
            return  # Forgotten while we read.
        message.report, message.report_due = found, False
        message.save(update_fields=["report", "report_due"])
        ticket.facts = facts
        ticket.save(update_fields=["facts"])


def _places(text: str, sections: list[tuple[str, str]]) -> list[list[object]]:
    """Where each section's body stands in the text: [name, offset, length]."""
    places: list[list[object]] = []
    end = 0
    for name, body in sections:
        start = text.find(body, end) if body else end
        if start >= 0:
            places.append([name, start, len(body)])
            end = start + len(body)
    return places
