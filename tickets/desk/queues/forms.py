"""What a coordinator can fill in about a queue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.desk.forms import TextArea, fields_only
from tickets.models import Queue

LONGEST_TEXT = 4000


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when running
    """When a queue says something by itself."""

    helper = fields_only()

    class Meta:
        model = Queue
        fields = ["sender_name", "acknowledges", "without_key"]
        labels = {
            "sender_name": _("Name in the From of what this queue sends"),
            "acknowledges": _("Tell the writer of a first mail that it arrived"),
            "without_key": _("An answer to somebody whose key we do not know"),
        }
        help_texts = {
            "sender_name": _(
                "Requesters see it, and so does everybody on the way. Left empty, only the address stands there."
            ),
            "acknowledges": _(
                "Once a day to an address at most; never to machines and lists, nor for reports of WhisperBack."
            ),
            "without_key": _("Where anything came encrypted, answers always wait."),
        }


class TextForm(forms.Form):
    """The words; the subject is the desk's own."""

    text = forms.CharField(
        label=_("Text"),
        widget=TextArea(12),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("There is no text yet: write it first.")},
        help_text=_(
            "It goes to everybody alike, and often in clear: it must not speak of what somebody wrote."
        ),
    )
    helper = fields_only()
