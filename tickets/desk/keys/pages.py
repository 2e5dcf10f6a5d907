"""The keys of a ticket's requester: all that is known of them, and what an agent decides about them."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.http import AgentRequest
from tickets.access import ticket_for
from tickets.actions.errors import NotPossibleNow
from tickets.actions.keys.add_key import KeyNotTaken, WhyNot, add_key
from tickets.actions.keys.look_up_key import can_look_up
from tickets.actions.keys.retire_key import retire_key
from tickets.desk.forms import ConfirmKeyForm, fields_only
from tickets.desk.keys.rows import comparison_of, key_rows
from tickets.models import Event, Ticket
from tickets.travel import travel_of

LARGEST = 2_000_000
"""Of a file with a key: also one to which strangers have added thousands of signatures. Those are cut off."""


class AddKeyForm(forms.Form):
    """A key as text or as a file, and whether the agent has compared it with the person."""

    text = forms.CharField(
        label=gettext_lazy("The key as text"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        max_length=LARGEST,
        required=False,
        help_text=gettext_lazy("From -----BEGIN PGP PUBLIC KEY BLOCK----- on."),
    )
    file = forms.FileField(label=gettext_lazy("Or a file"), required=False)
    compared = forms.BooleanField(
        label=gettext_lazy("I compared the fingerprint with the person."),
        required=False,
        help_text=gettext_lazy("Without this, the key is kept and not used."),
    )
    helper = fields_only()

    def clean(self) -> dict[str, object]:
        """Exactly one key block, from exactly one place."""
        given = super().clean() or {}
        text, file = str(given.get("text") or "").strip(), given.get("file")
        if bool(text) == bool(file) and not self.errors:
            words = _("Give it once: as text or as a file.") if text else _("Paste a key, or choose a file.")
            raise forms.ValidationError(words, code="required")
        if isinstance(file, UploadedFile) and (file.size or 0) > LARGEST:
            self.add_error("file", _("This file is too large for a key."))
        return given

    def data_given(self) -> bytes:
        """The bytes of the valid form."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else str(self.cleaned_data["text"]).encode()


@require_safe
def show_keys(request: AgentRequest, ticket_id: UUID) -> TemplateResponse:
    """The keys of a ticket's requester."""
    return _page(request, ticket_for(request.user, ticket_id), AddKeyForm())


@require_POST
def add(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Add a key by hand."""
    ticket = ticket_for(request.user, ticket_id)
    form = AddKeyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    compared = form.cleaned_data["compared"]
    try:
        key = add_key(ticket, form.data_given(), compared=compared, by=request.user, now=timezone.now())
    except KeyNotTaken as stop:
        if stop.why is WhyNot.PRIVATE:
            form.data = {**request.POST.dict(), "text": ""}  # Not even shown again.
        form.add_error(None, _why_not(stop.why))
        return _page(request, ticket, form, status=422)
    if key.trouble:
        messages.warning(request, _("This copy is revoked: the key cannot be used any more."))
    elif compared:
        messages.success(request, _("The key is added. Answers are encrypted to it from now on."))
    else:
        messages.success(request, _("The key is added. It is not used until somebody has compared it."))
    return redirect("keys", ticket_id)


@require_POST
def retire(request: AgentRequest, ticket_id: UUID) -> HttpResponse:
    """Say that a key is to be used no longer."""
    ticket, form = ticket_for(request.user, ticket_id), ConfirmKeyForm(request.POST)
    try:
        fingerprint = form.cleaned_data["fingerprint"] if form.is_valid() else ""
        retire_key(ticket, fingerprint, by=request.user, now=timezone.now())
    except NotPossibleNow:
        messages.warning(request, _("Nothing was changed: this key was not to be used already."))
    else:
        messages.success(request, _("The key is not used. If it is to be used after all, add it by hand."))
    return redirect("keys", ticket_id)


def _page(request: AgentRequest, ticket: Ticket, form: AddKeyForm, *, status: int = 200) -> TemplateResponse:
    now = timezone.now()
    travel, rows = travel_of(ticket, now=now), key_rows(request.user, ticket, now=now)
    comparison = comparison_of(rows, travel.choice.to_be_compared)
    context = {
        "ticket": ticket,
        "rows": [row for row in rows if comparison is None or row not in comparison],
        "comparison": comparison,
        "named": _named_in_reports(ticket),
        "several_came": ticket.events.filter(kind=Event.Kind.KEYS_SEVERAL).exists(),
        "can_look_up": can_look_up(),
        "form": form,
    }
    return TemplateResponse(request, "desk/keys.html", context, status=status)


def _named_in_reports(ticket: Ticket) -> list[tuple[str, bool]]:
    """Keys that reports only name, and whether by a short id: as text. Nothing is fetched because it stands there."""
    named = {}
    for message in ticket.messages.filter(report__isnull=False).order_by("created", "id"):
        message.ticket = ticket
        key = (message.report or {}).get("openpgp_key") or {}
        if key.get("kind") in _NAMES and key.get("value"):
            named[str(key["value"])] = key["kind"] in _SHORT
    return list(named.items())


_SHORT = frozenset({"short_id", "long_id"})
_NAMES = _SHORT | {"fingerprint", "url"}


def _why_not(why: WhyNot) -> str:
    words = {
        WhyNot.PRIVATE: _(
            "This is a secret key, and nobody but its owner should have it. Nothing was kept. Tell them, and ask for the"
            " public key."
        ),
        WhyNot.DAMAGED: _("This key is damaged: it does not end, or a part of it is missing."),
        WhyNot.NO_KEY: _("There is no OpenPGP key in it that the desk can read."),
        WhyNot.SEVERAL: _("There are several keys in it. Add the one of this person alone."),
        WhyNot.NOBODY: _("They left no address that a key could be for."),
        WhyNot.EXPIRED: _("This key has expired. Ask for a newer copy."),
        WhyNot.REVOKED: _("This key is revoked: its owner withdrew it. Ask for their new one."),
        WhyNot.WEAK: _("This key is too short to protect anything. Ask for a new one."),
        WhyNot.SIGN_ONLY: _("This key can only sign: nothing can be encrypted to it."),
        WhyNot.UNREADABLE: _("GnuPG cannot read this key: it is too large, or nobody signed its parts."),
    }
    return words[why]
