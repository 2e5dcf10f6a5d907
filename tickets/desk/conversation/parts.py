"""Encrypted parts of a mail that is not encrypted as a whole: listed on its card, each opened only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crypto.verdict import Encryption
from helpdesk.lib.downloads import download
from helpdesk.lib.http import AgentRequest
from tickets.access import message_for
from tickets.actions.errors import KeyTrouble, NotPossibleNow
from tickets.actions.open_part import OpenedPart, open_encrypted_part
from tickets.desk.conversation.protection import protection_of
from tickets.desk.saying import Saying
from tickets.models import Attachment, Message


@dataclass(frozen=True, slots=True)
class PartRow:
    """An encrypted part as a card lists it."""

    number: int
    words: str
    name: str
    file: Attachment | None = None
    """The attachment that it is, still encrypted."""


def parts_of(message: Message, attachments: Iterable[Attachment] = ()) -> list[PartRow]:
    """What of a message is encrypted and was not opened, in the mail's order."""
    files, found = list(attachments), []
    for number, part in enumerate(message.encrypted_parts or ()):
        same = [file for file in files if part["form"] == "file" and file.name == part["name"]]
        files = [file for file in files if file not in same[:1]]
        found.append(PartRow(number, _words(part["form"]), part["name"], *same[:1]))
    return found


def loose_files_of(attachments: Iterable[Attachment], parts: Iterable[PartRow]) -> list[Attachment]:
    """The attachments that do not stand among the encrypted parts already."""
    listed = [part.file for part in parts]
    return [file for file in attachments if file not in listed]


@require_POST
def open_part(request: AgentRequest, message_id: UUID, number: int) -> HttpResponse:
    """Show one part, on a page of its own; nothing of it is kept, so asking again opens it again."""
    message = message_for(request.user, message_id)
    part = _opened(request, message, number)
    if part is None:
        return redirect("ticket", message.ticket_id)
    context = {
        "message": message,
        "ticket": message.ticket,
        "part": part,
        "number": number,
        "sayings": _sayings(part),
        "is_open": part.encryption is Encryption.OK,
    }
    return TemplateResponse(request, "desk/part.html", context)


@require_POST
def part_file(request: AgentRequest, message_id: UUID, number: int, place: int) -> HttpResponse:
    """A file out of a part, to keep where its reader wants it."""
    message = message_for(request.user, message_id)
    part = _opened(request, message, number, saving=True)
    if part is None:
        return redirect("ticket", message.ticket_id)
    if place >= len(part.files):
        raise Http404
    file = part.files[place]
    return download(file.content, name=file.name, declared_type=file.type)


def _opened(
    request: AgentRequest, message: Message, number: int, *, saving: bool = False
) -> OpenedPart | None:
    """The part, or nothing and a sentence that says why."""
    try:
        return open_encrypted_part(message, number, by=request.user, now=timezone.now(), saving=saving)
    except NotPossibleNow:
        messages.warning(request, _("Nothing was opened: this part is not there any more."))
    except KeyTrouble:
        messages.warning(
            request,
            _(
                "Nothing was opened: GnuPG could not work with our key. Somebody who runs the desk has to look at it."
            ),
        )
    return None


def _sayings(part: OpenedPart) -> list[Saying]:
    """The sentences of a mail that is protected in part, or why nothing is shown: the same words as on a card."""
    encryption = Encryption.PARTIAL if part.encryption is Encryption.OK else part.encryption
    return protection_of(Message(encryption=encryption, signature="none", replayed=part.replayed))


def _words(form: str) -> str:
    words = {
        "mime": _("An encrypted message inside the mail"),
        "inline": _("An encrypted block inside the text"),
        "file": _("An encrypted file"),
        "forward": _("A forwarded mail that is encrypted"),
    }
    return words[form]
