"""Turn input into values: what is meant on the desk, who takes it over, when one is away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Person


class KeyForm(forms.Form):
    """Which thing on the desk is meant."""

    key = forms.CharField(max_length=120, widget=forms.HiddenInput())


class HandOverForm(KeyForm):
    """To whom one hands it over."""

    to = forms.ChoiceField(label=_("To whom"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, colleagues: list[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._people = {str(person.pk): person for person in colleagues}
        self.fields["to"].choices = [(pk, str(person)) for pk, person in self._people.items()]  # type: ignore[attr-defined] # it is a choice field

    def chosen(self) -> Person:
        return self._people[self.cleaned_data["to"]]


class _Day(forms.DateInput):
    input_type = "date"


class AwayForm(forms.Form):
    """From when to when one is away, and who stands in."""

    first_on = forms.DateField(label=_("First day"), widget=_Day)
    last_on = forms.DateField(label=_("Last day"), widget=_Day)
    stand_in = forms.ChoiceField(
        label=_("Who stands in for you"),
        required=False,
        help_text=_(
            "What you have in hand goes to them as far as they may see it, and is free for "
            "everybody otherwise. They may do what they may do anyway, and nothing more."
        ),
    )

    def __init__(self, data: Any = None, *, colleagues: list[Person]) -> None:
        super().__init__(data)
        self._people = {str(person.pk): person for person in colleagues}
        self.fields["stand_in"].choices = [  # type: ignore[attr-defined] # it is a choice field
            ("", _("nobody: what I have in hand is free")),
            *((pk, str(person)) for pk, person in self._people.items()),
        ]

    def values(self) -> dict[str, Any]:
        """What was filled in, as the action takes it."""
        given = self.cleaned_data
        return {**given, "stand_in": self._people.get(given["stand_in"])}
