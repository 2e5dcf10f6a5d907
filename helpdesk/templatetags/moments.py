"""How times, ages, fingerprints and languages are written on a page."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext, npgettext_lazy

register = template.Library()

_STEPS = (
    (60 * 60 * 24, npgettext_lazy("days, short", "%(n)s d", "%(n)s d", "n")),
    (60 * 60, npgettext_lazy("hours, short", "%(n)s h", "%(n)s h", "n")),
    (60, npgettext_lazy("minutes, short", "%(n)s min", "%(n)s min", "n")),
)


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in its largest unit: '2 h'. What is younger than a minute is a minute old."""
    seconds = max(60, int((timezone.now() - moment).total_seconds()))
    size, words = next((size, words) for size, words in _STEPS if seconds >= size)
    return str(words % {"n": seconds // size})


@register.filter
def distance(moment: datetime) -> str:
    """'2 h ago', or 'in 5 min' for what is to come."""
    now = timezone.now()
    if moment > now:
        return gettext("in %(age)s") % {"age": age(now - (moment - now))}
    return gettext("%(age)s ago") % {"age": age(moment)}


@register.filter
def moment(value: datetime) -> str:
    """'Tue 3 Nov, 14:05', with the year when it is not this one."""
    local = timezone.localtime(value)
    this_year = local.year == timezone.localtime().year
    # Translators: formats of Django's `date` filter.
    return date_format(local, gettext("D j M, H:i") if this_year else gettext("D j M Y, H:i"))


@register.filter
def day(value: datetime) -> str:
    """'3 Nov', with the year when it is not this one."""
    local = timezone.localtime(value)
    this_year = local.year == timezone.localtime().year
    return date_format(local, gettext("j M") if this_year else gettext("j M Y"))


@register.filter
def fours(fingerprint: str) -> str:
    """A fingerprint in groups of four, so that two can be compared aloud."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


@register.filter
def key_end(fingerprint: str) -> str:
    """The end of a fingerprint as it stands in the whole, to recognise a key by, never to compare it by.

    Kept in one direction, or its groups would change places in a sentence that is written from the right.
    """
    return f"\u2066…{fours(fingerprint[-16:])}\u2069"


@register.filter
def language_name(code: str) -> str:
    """A language by its own name; its code when Django does not know it."""
    if code == "zh":
        return "中文"  # Django knows Chinese by its two scripts only.
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code
