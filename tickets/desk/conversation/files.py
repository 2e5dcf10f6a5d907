"""Files of a ticket: attachments, mails as they came, long texts, the sections of a report."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from helpdesk.lib.downloads import download
from helpdesk.lib.http import AgentRequest
from tickets.access import attachment_for, message_for
from tickets.desk.conversation.long_text import whole_text_of
from tickets.desk.conversation.report import Section, sections_of, text_of
from tickets.models import Message


@require_safe
def attachment(request: AgentRequest, attachment_id: UUID) -> HttpResponse:
    """A file that came with a message."""
    file = attachment_for(request.user, attachment_id)
    return download(file.read(), name=file.name, declared_type=file.type)


@require_safe
def original(request: AgentRequest, message_id: UUID) -> HttpResponse:
    """A mail as it came, still encrypted by its sender."""
    message = message_for(request.user, message_id)
    if not message.raw_blob:
        raise Http404
    return download(message.sealing_key.read_blob(message.raw_blob), name=f"{message.ticket.number}.eml")


@require_safe
def whole_text(request: AgentRequest, message_id: UUID) -> TemplateResponse:
    """All of a text that is too long for its card."""
    message = message_for(request.user, message_id)
    context = {"message": message, "ticket": message.ticket, "text": whole_text_of(message)}
    return TemplateResponse(request, "desk/whole_text.html", context)


@require_safe
def section(request: AgentRequest, message_id: UUID, number: int) -> TemplateResponse:
    """One section of a report, to read."""
    message = message_for(request.user, message_id)
    chosen = _section(message, number)
    context = {
        "message": message,
        "ticket": message.ticket,
        "section": chosen,
        "text": text_of(message, chosen),
    }
    return TemplateResponse(request, "desk/section.html", context)


@require_safe
def section_download(request: AgentRequest, message_id: UUID, number: int) -> HttpResponse:
    """One section of a report, to keep."""
    message = message_for(request.user, message_id)
    chosen = _section(message, number)
    name = f"{message.ticket.number}-{slugify(chosen.name.replace('/', '-')) or number}.txt"
    content = text_of(message, chosen).encode("utf-8", "replace")
    return download(content, name=name, declared_type="text/plain")


def _section(message: Message, number: int) -> Section:
    sections = sections_of(message)
    if number >= len(sections):
        raise Http404
    return sections[number]
