"""What an agent can fill in. A form validates; the page owns the form element, its token and its buttons."""

from __future__ import annotations

from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.models import User
from tickets.models import Queue
from tickets.travel import Way

LONGEST_TEXT = 200_000


def fields_only() -> FormHelper:
    """Crispy draws the fields; nothing around them."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class TextArea(forms.Textarea):
    """Text in any language: its own direction decides."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            attrs={"rows": rows, "dir": "auto", "autocomplete": "off", "maxlength": LONGEST_TEXT}
        )


class AnswerForm(forms.Form):
    """An answer, and the way that the page said it would travel."""

    text = forms.CharField(
        label=_("Answer"),
        widget=TextArea(9),
        max_length=LONGEST_TEXT,
        strip=False,
        error_messages={"required": _("There is no text yet: write the answer first.")},
    )
    way = forms.ChoiceField(choices=[(way.value, way.value) for way in Way], widget=forms.HiddenInput)
    identity = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
    """Of this press of the button: pressed twice, it is one answer."""
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    """How many messages of the requester the page shows: what came since has to be read first."""
    understood = forms.BooleanField(
        label=_("Others may read it on the way. I send it all the same."), required=False
    )
    helper = fields_only()

    def __init__(self, *arguments: object, way: Way | str, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        if way != Way.CLEAR:
            del self.fields["understood"]

    def clean_understood(self) -> bool:
        """What goes in clear goes only when somebody says so."""
        if not self.cleaned_data["understood"]:
            raise forms.ValidationError(_("Nothing was sent: say that it may go in clear."), code="required")
        return True

    def clean_text(self) -> str:
        """Only blanks are no answer."""
        text = str(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text


class DraftForm(forms.Form):
    """Anything, also nothing."""

    text = forms.CharField(required=False, max_length=LONGEST_TEXT, strip=False)


class NoteForm(forms.Form):
    """A note that only agents see."""

    text = forms.CharField(
        label=_("Note"),
        widget=TextArea(4),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("There is no text yet: write the note first.")},
    )
    helper = fields_only()


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when running
    """One of some people, by the name that colleagues use."""

    def label_from_instance(self, obj: Model) -> str:
        """'Ana'."""
        return obj.short_name if isinstance(obj, User) else str(obj)


class CloseForm(forms.Form):
    """How many messages of the requester the page shows: what came since has to be read first."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    """Who shall have it; empty gives it back. `was` is who had it when the page was made."""

    agent = ColleagueField(User.objects.none(), required=False, empty_label=_("nobody: back to the queue"))
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, people: QuerySet[User], *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        field = self.fields["agent"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = people
        field.label = _("Who has it")
        field.widget.attrs["class"] = "form-select"


class MoveForm(forms.Form):
    """The queue that it shall be in: one of the agent's own."""

    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), empty_label=None)

    def __init__(self, queues: QuerySet[Queue], *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        field = self.fields["queue"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = queues
        field.widget.attrs["class"] = "form-select"


class ConfirmKeyForm(forms.Form):
    """The fingerprint that the agent has compared with the person."""

    fingerprint = forms.RegexField(r"^[0-9A-F]{40,64}$")


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when running
    """How the desk looks to this person."""

    language = forms.ChoiceField(label=_("Language of the desk"), required=False)
    helper = fields_only()

    class Meta:
        model = User
        fields = ["appearance", "language"]
        labels = {"appearance": _("Colours")}

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("As the browser asks")), *settings.LANGUAGES]
