"""How the desk looks to a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helpdesk.lib.http import AgentRequest
from tickets.desk.forms import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: AgentRequest) -> HttpResponse:
    """Colours and language of one's own pages."""
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "desk/preferences.html", {"form": form}, status=status)
    form.save()
    with translation.override(form.cleaned_data["language"] or translation.get_language()):
        messages.success(request, _("Your preferences are kept."))
    return redirect("preferences")
