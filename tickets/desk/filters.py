"""How an agent narrows the list of tickets."""

from __future__ import annotations

import django_filters
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.http import AgentRequest
from helpdesk.templatetags.moments import language_name
from tickets.access import queues_of, tickets_of
from tickets.models import Queue, Ticket
from tickets.models.ticket import TicketQuerySet

UNANSWERED = "unanswered"
STATES = [
    (UNANSWERED, _("unanswered")),
    (Ticket.State.CLOSED.value, _("closed")),
    ("all", _("open and closed")),
]


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select form-select-sm"})


def _own_queues(request: AgentRequest) -> QuerySet[Queue]:
    return queues_of(request.user)


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Open tickets of all one's queues, unless something else is asked for. What makes no sense is passed over."""

    queue = django_filters.ModelChoiceFilter(
        queryset=_own_queues,
        to_field_name="slug",
        label=_("Queue"),
        empty_label=_("all queues"),
        widget=_select(),
    )
    state = django_filters.ChoiceFilter(
        choices=STATES, label=_("State"), empty_label=_("open"), widget=_select(), method="in_state"
    )
    language = django_filters.ChoiceFilter(
        choices=[(code, language_name(code)) for code in settings.TICKET_LANGUAGES],
        label=_("Language"),
        empty_label=_("all languages"),
        widget=_select(),
    )
    mine = django_filters.ChoiceFilter(
        choices=[("1", _("with me")), ("0", _("with nobody"))],
        label=_("Who has it"),
        empty_label=_("anybody"),
        widget=_select(),
        method="in_hands",
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def in_state(self, tickets: TicketQuerySet, _name: str, value: str) -> TicketQuerySet:
        """Narrow by where the conversation stands."""
        if value == UNANSWERED:
            return tickets.unanswered()
        return tickets if value == "all" else tickets.filter(state=value)

    def in_hands(self, tickets: TicketQuerySet, _name: str, value: str) -> TicketQuerySet:
        """Narrow by who has them."""
        return tickets.filter(agent=self.request.user if value == "1" else None)


def filter_tickets(request: AgentRequest) -> TicketFilter:
    """The filter for this request, and with it the tickets in their working order."""
    tickets = tickets_of(request.user)
    if request.GET.get("state", "") not in dict(STATES):
        tickets = tickets.open()
    return TicketFilter(
        request.GET or QueryDict(), queryset=tickets.with_rows().in_working_order(), request=request
    )
