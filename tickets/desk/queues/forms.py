"""What a coordinator can fill in about a queue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.desk.forms import TextArea, fields_only
from tickets.models import Queue

LONGEST_TEXT = 4000


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when running
    """When a queue says something by itself."""

    without_key = forms.ChoiceField(
        label=_("An answer to somebody whose key we do not know"),
        widget=forms.RadioSelect,
        choices=[
            (Queue.WithoutKey.WAIT, _("It waits here, and we tell them that an answer is ready.")),
            (Queue.WithoutKey.ASK, _("It waits here, and we ask them for their key.")),
            (
                Queue.WithoutKey.PLAIN,
                _(
                    "It may be sent in clear, if nothing in the ticket ever came encrypted and the agent says so."
                ),
            ),
        ],
        help_text=_("Where anything came encrypted, answers always wait."),
    )
    helper = fields_only()

    class Meta:
        model = Queue
        fields = ["sender_name", "acknowledges", "without_key"]
        labels = {
            "sender_name": _("Name in the From of what this queue sends"),
            "acknowledges": _("Tell the writer of a first mail that it arrived"),
        }
        help_texts = {
            "sender_name": _(
                "Requesters see it, and so does everybody on the way. Left empty, only the address stands there."
            ),
            "acknowledges": _(
                "Once a day to an address at most; never to machines and lists, nor for reports of WhisperBack."
            ),
        }


class TextForm(forms.Form):
    """The words; the subject is the desk's own."""

    text = forms.CharField(
        label=_("Text"),
        widget=TextArea(12),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("There is no text yet: write it first.")},
        help_text=_(
            "It goes to everybody alike, and often in clear: it must not speak of what somebody wrote. It is sent as it"
            " stands here: nothing in braces or the like is filled in. The subject is the desk's own and cannot be changed."
        ),
    )
    helper = fields_only()
