"""The form that takes somebody's policy, as text or as a file. Nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.terms.odrl_text import MOST_BYTES


class PolicyForm(forms.Form):
    """A policy in JSON-LD or Turtle. Once valid, ``cleaned_data["text"]`` is its text."""

    text = forms.CharField(
        label=gettext_lazy("The policy"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy("ODRL, as JSON-LD or Turtle."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file with it"), required=False, allow_empty_file=True
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file"):
            try:
                cleaned["text"] = cleaned["file"].read(MOST_BYTES + 1).decode()
            except UnicodeDecodeError:
                self.add_error("file", _("This file is no text in UTF-8."))
        elif not cleaned.get("text", "").strip():
            self.add_error("text", _("Paste a policy, or choose a file with one."))
        return cleaned
