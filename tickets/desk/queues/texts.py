"""What a queue says by itself: when, in which words, and how that looks. For its coordinators."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.http import AgentRequest
from helpdesk.templatetags.moments import language_name
from tickets.access import languages_of, queue_for_coordinator
from tickets.actions.automatic.text import drop_text, keep_text, set_policy
from tickets.desk.queues.forms import PolicyForm, TextForm
from tickets.models import AutomaticText, Queue
from tickets.wording import Whose, Wording, wording, wording_among

ALL = "all"
"""Stands in an address for the text of every language that has none of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of text in one language: whose words are said."""

    code: str
    name: str
    own: AutomaticText | None
    said: str
    """Whose words are said, and in which language."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One kind of automatic mail, in all languages."""

    kind: AutomaticText.Kind
    rows: list[Row]
    """The languages in use: of the queue, of its tickets, and those that it has words of its own in."""
    others: list[tuple[str, str]]
    """All others, by code and name: to begin a text in one of them."""


@require_safe
def list_texts(request: AgentRequest, slug: str) -> TemplateResponse:
    """All texts of a queue, and when they are sent."""
    return _list(request, queue_for_coordinator(request.user, slug))


@require_POST
def keep_policy(request: AgentRequest, slug: str) -> HttpResponse:
    """Keep how the queue behaves by itself, and the name under which it writes."""
    queue = queue_for_coordinator(request.user, slug)
    form = PolicyForm(request.POST, instance=queue)
    if not form.is_valid():
        return _list(request, queue, form, status=422)
    set_policy(queue, **form.cleaned_data)
    messages.success(request, _("This is how the queue behaves from now on."))
    return redirect("queue_texts", slug)


@require_safe
def show_text(request: AgentRequest, slug: str, kind: str, language: str) -> TemplateResponse:
    """One text, to be changed, and how it looks as a mail."""
    queue = queue_for_coordinator(request.user, slug)
    words = wording(queue, *_chosen(kind, language))
    return _page(request, queue, TextForm(initial={"text": words.text}), words)


@require_POST
def preview_text(request: AgentRequest, slug: str, kind: str, language: str) -> TemplateResponse:
    """How a text would look that is not kept yet."""
    queue = queue_for_coordinator(request.user, slug)
    words, form = wording(queue, *_chosen(kind, language)), TextForm(request.POST)
    if not form.is_valid():
        return _page(request, queue, form, words, status=422)
    shown = replace(words, text=form.cleaned_data["text"])
    return _page(request, queue, form, shown, is_kept=False)


@require_POST
def keep(request: AgentRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Use these words from now on."""
    queue = queue_for_coordinator(request.user, slug)
    chosen, form = _chosen(kind, language), TextForm(request.POST)
    if not form.is_valid():
        return _page(request, queue, form, wording(queue, *chosen), status=422)
    keep_text(queue, *chosen, form.cleaned_data["text"], by=request.user, now=timezone.now())
    messages.success(request, _("The text is kept, and is sent from now on."))
    return redirect("queue_texts", slug)


@require_POST
def drop(request: AgentRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Go back to the desk's own words."""
    queue = queue_for_coordinator(request.user, slug)
    drop_text(queue, *_chosen(kind, language))
    messages.success(request, _("The desk's own words are sent again."))
    return redirect("queue_texts", slug)


def _list(
    request: AgentRequest, queue: Queue, form: PolicyForm | None = None, *, status: int = 200
) -> TemplateResponse:
    own = {(each.kind, each.language): each for each in queue.automatic_texts.select_related("changed_by")}
    context = {
        "queue": queue,
        "form": form or PolicyForm(instance=queue),
        "kinds": [_texts(queue, own, kind) for kind in AutomaticText.Kind],
    }
    return TemplateResponse(request, "desk/queue_texts.html", context, status=status)


def _texts(queue: Queue, own: dict[tuple[str, str], AutomaticText], kind: AutomaticText.Kind) -> Texts:
    used = {queue.language, *languages_of(queue), *(code for of, code in own if of == kind)}
    shown = [code for code in settings.TICKET_LANGUAGES if code in used]
    others = [(code, _name(code)) for code in settings.TICKET_LANGUAGES if code not in used]
    texts = {code: each.text for (of, code), each in own.items() if of == kind}
    rows = [
        _row(code, own.get((kind, code)), wording_among(texts, queue, kind, code)) for code in ("", *shown)
    ]
    return Texts(kind, rows, others)


def _page(
    request: AgentRequest,
    queue: Queue,
    form: TextForm,
    words: Wording,
    *,
    is_kept: bool = True,
    status: int = 200,
) -> TemplateResponse:
    given = request.resolver_match.kwargs if request.resolver_match else {}
    kind, code = _chosen(given["kind"], given["language"])
    context = {
        "queue": queue,
        "form": form,
        "words": words,
        "is_kept": is_kept,
        "has_own": queue.automatic_texts.filter(kind=kind, language=code).exists(),
        "kind": kind,
        "language": given["language"],
        "language_name": _name(code),
    }
    return TemplateResponse(request, "desk/queue_text.html", context, status=status)


def _row(code: str, own: AutomaticText | None, words: Wording) -> Row:
    return Row(code or ALL, _name(code), own, _("the queue's own words") if own else _whose(words, code))


def _whose(words: Wording, code: str) -> str:
    """Whose words are said where a language has none of its own, and in which language."""
    if not code:
        return _("none: the desk's words are used")
    if words.whose is Whose.QUEUE_FOR_ALL:
        return _("the queue's words for all languages")
    if words.whose is Whose.QUEUE:
        return _("the queue's own words in %s") % language_name(words.language)
    return _("the desk's words in %s") % language_name(words.language)


def _name(code: str) -> str:
    return language_name(code) if code else _("every language without a text of its own")


def _chosen(kind: str, language: str) -> tuple[AutomaticText.Kind, str]:
    """What an address names; Http404 for a kind or a language that there is not."""
    code = "" if language == ALL else language
    if kind not in AutomaticText.Kind.values or code not in ("", *settings.TICKET_LANGUAGES):
        raise Http404
    return AutomaticText.Kind(kind), code
